"""The two examples of the reference, as they stand there; they find `project` among the globals of `run`."""

PUBLIC_SERVICES = """\
# list all public API services
for service in project.list_api_services(as_type="list_item"):
    if service.auth_method == 'PUBLIC':
        print("Service {} isn't authenticating requests".format(service.id))
"""

SERVICES_OF_A_MODEL = """\
# list all API services using a given model
model_lookup = "my_saved_model_id"
model = project.get_saved_model(model_lookup)
model_name = model.get_settings().get_raw()["name"]
for service in project.list_api_services(as_type='object'):
    settings = service.get_settings()
    endpoints_on_model = [e for e in settings.endpoints if e.get("modelRef", '') == model_lookup]
    if len(endpoints_on_model) > 0:
        print("Service {} uses model {}".format(service.id, model_name))
"""
