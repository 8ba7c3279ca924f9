"""Whether people feel at home on the page: in a real browser, against the workspace and (in `tests/e2e`) the whole sandbox.

| feature | test |
|---|---|
| sidebar, unread marks | `test_page.test_what_is_unread_is_marked_until_it_is_seen` |
| threads | `test_page.test_the_whole_road_from_a_command_to_a_decision_in_a_thread`, `test_a_permalink_leads_to_the_thread` |
| modals, type-ahead | `test_page.test_a_modal_is_filled_in_searched_corrected_and_submitted`, `test_keyboard`, e2e `test_story` |
| type-ahead in messages | `test_page.test_a_select_in_a_message_is_searched_and_chosen_in` |
| App Home | `test_page.test_the_home_shows_what_the_app_published`, e2e `test_home` |
| files and pictures | `test_files`, e2e `test_files` |
| ephemerals | `test_page.test_an_ephemeral_is_seen_by_its_addressee_only` |
| mentions | `test_mrkdwn`, `test_keyboard.test_an_at_or_a_hash_offers_whom_and_what_one_can_mention` |
| shortcuts, of messages and of the workspace | e2e `test_story.test_who_forgets_the_words_fills_in_a_form_with_the_keyboard` |
| times in the viewer's zone | `test_page.test_times_are_in_the_viewers_zone` |
| light and dark | `test_colours`; screenshots of e2e `test_story`, `test_home`, `test_phone` |
| Enter, arrow-up, `/` completion | `test_page.test_the_composer_recalls_completes_and_breaks_lines` |
| Esc, Tab | `test_keyboard` |
| a small screen | `test_page.test_a_small_screen_shows_everything`, e2e `test_phone` |
| who I am, with one click | `test_page.test_two_people_see_each_other_live`, e2e `test_story` |
| blocks, emoji | `test_page.test_every_block_is_drawn`, `test_emoji` |
| what passed between Slack and the bot | `test_inspector`, `test_traffic` |
| the node slow, wrong or absent; packages as another user | e2e `test_behind.test_what_a_colleague_does_on_the_node_is_news_and_a_bad_node_is_seen` |
| everything reset with one click | e2e `test_behind.test_one_click_resets_the_workspace_the_node_and_what_the_bot_remembers` |
| a prepared story | e2e `test_behind.test_the_first_visitor_is_told_the_story_and_leads_it`, `test_a_story_comes_to_its_end` |
| what people write is inert; nothing comes from elsewhere | `test_page.test_what_people_and_apps_write_is_inert`, `test_nothing_is_fetched_from_elsewhere` |
"""
