"""The API Designer of a Dataiku design node, over its public HTTP API; usable on its own.

The classes and members have the names and the meaning of those of the official `dataikuapi` package, so that a script
written for it runs on this one by changing its import.
"""

from opsbot.dataiku.apideployer import DSSAPIDeployer, DSSAPIDeployerService, DSSAPIDeployerServiceStatus
from opsbot.dataiku.apiservice import DSSAPIService, DSSAPIServiceListItem
from opsbot.dataiku.apiservice_settings import DSSAPIServiceSettings
from opsbot.dataiku.client import DSSClient
from opsbot.dataiku.download import Download
from opsbot.dataiku.fleet import Fetched, fetch_packages, fetch_settings
from opsbot.dataiku.patience import Patience
from opsbot.dataiku.project import DSSProject
from opsbot.dataiku.savedmodel import DSSSavedModel, DSSSavedModelSettings
from opsbot.errors import DSSError as DataikuException  # what a script for `dataikuapi` catches

__all__ = [
    "DSSAPIDeployer",
    "DSSAPIDeployerService",
    "DSSAPIDeployerServiceStatus",
    "DSSAPIService",
    "DSSAPIServiceListItem",
    "DSSAPIServiceSettings",
    "DSSClient",
    "DSSProject",
    "DSSSavedModel",
    "DSSSavedModelSettings",
    "DataikuException",
    "Download",
    "Fetched",
    "Patience",
    "fetch_packages",
    "fetch_settings",
]
