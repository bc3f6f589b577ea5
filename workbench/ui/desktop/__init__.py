"""What makes the window a desktop program: preferences, palette, keys, tray, reports, sessions.

One controller for each subject, named after it (`*_work`), made by `DesktopWork` once the window is furnished; what
it shows is imported when it is first asked for. None of it is needed to catch, read or send a webhook.
"""
