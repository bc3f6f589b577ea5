"""What can be chosen in the preferences: a line for each setting that people change. No Qt."""

from typing import NamedTuple


class Preference(NamedTuple):
    """One setting as a person reads it. `name` is its key in the file, `kind` how it is edited."""

    name: str
    section: str
    title: str
    hint: str
    kind: str = "switch"
    """switch, number, choice, font, code font, line, file or lines."""
    choices: tuple[tuple[str, str], ...] = ()
    """Values, and what they are called."""
    unit: str = ""
    zero: str = ""
    """What 0 is called."""
    per: int = 1
    """How much one step of the number stands for in the file."""
    words: str = ""
    """Further words that it is found by."""


LOOK, LISTENER, KEEPING, SESSION, ASKING, TELLING, KEYS = (
    "Look",
    "Listener",
    "Keeping",
    "Session",
    "Asking and undoing",
    "Notifications",
    "Keys",
)

PREFERENCES = (
    Preference(
        "appearance",
        LOOK,
        "Colours",
        "Following the system changes with it, at once.",
        "choice",
        (("system", "Follow the system"), ("light", "Light"), ("dark", "Dark")),
        words="theme dark light mode night appearance",
    ),
    Preference(
        "text_size",
        LOOK,
        "Text size",
        "Also Ctrl + and Ctrl −.",
        "number",
        unit=" pt",
        zero="As the system",
        words="font zoom",
    ),
    Preference("text_font", LOOK, "Font of words", "", "font", zero="Chosen by the program", words="family typeface"),
    Preference(
        "code_font",
        LOOK,
        "Font of payloads",
        "Monospaced: bodies, headers and addresses.",
        "code font",
        zero="Chosen by the program",
        words="family typeface monospace code editor",
    ),
    Preference(
        "port",
        LISTENER,
        "Port",
        "Where webhooks are caught. A change moves the listener; nothing under way is cut.",
        "number",
        zero="Any free one",
        words="listen address",
    ),
    Preference(
        "host",
        LISTENER,
        "Address",
        "127.0.0.1 is reached from this machine alone, 0.0.0.0 from every network it is in.",
        "line",
        words="host interface bind network",
    ),
    Preference("https_port", LISTENER, "Port for https", "Beside http.", "number", zero="None", words="tls ssl"),
    Preference(
        "certificate",
        LISTENER,
        "Certificate",
        "A PEM file with its chain. Without one, a certificate of this home's own authority is made.",
        "file",
        words="tls ssl https pem",
    ),
    Preference("key", LISTENER, "Key of the certificate", "A PEM file.", "file", words="tls ssl https pem"),
    Preference(
        "answer_status",
        LISTENER,
        "Usual answer",
        "What is answered where no endpoint says otherwise.",
        "number",
        words="status response 200",
    ),
    Preference(
        "body_limit_bytes",
        LISTENER,
        "Largest body",
        "A larger one is answered 413; what came of it is kept.",
        "number",
        unit=" MiB",
        per=1024 * 1024,
        words="limit size maximum",
    ),
    Preference(
        "keep_days",
        KEEPING,
        "Keep captures for",
        "Older ones are deleted, a few at a time. Pinned, tagged and noted ones always stay.",
        "number",
        unit=" days",
        zero="Ever",
        words="retention delete old prune age",
    ),
    Preference(
        "keep_count",
        KEEPING,
        "Keep at most",
        "The oldest go first.",
        "number",
        unit=" captures",
        zero="Any number",
        words="retention limit count prune",
    ),
    Preference(
        "keep_megabytes",
        KEEPING,
        "Keep bodies of at most",
        "What all bodies take together on the disk.",
        "number",
        unit=" MB",
        zero="Any size",
        words="retention disk space size prune",
    ),
    Preference(
        "keep_by_endpoint",
        KEEPING,
        "Narrower limits for some endpoints",
        "Such as billing: 7d 1000; test: 1h 500mb",
        "line",
        words="retention endpoint prune",
    ),
    Preference(
        "restore_session",
        SESSION,
        "Begin where the last session ended",
        "With its filter, its capture and the tab in front. Requests that are not saved come back in any case.",
        words="restore tabs start reopen",
    ),
    Preference(
        "replay_target",
        SESSION,
        "Replay to",
        "Where R sends a capture. It is asked for at the first replay.",
        "line",
        words="target forward url",
    ),
    Preference(
        "confirm_delete",
        ASKING,
        "Ask before captures are deleted",
        "They can be brought back for a while in any case.",
        words="confirm delete remove",
    ),
    Preference("undo_s", ASKING, "Time to undo deleting", "", "number", unit=" s", words="undo trash bring back"),
    Preference(
        "confirm_replay_over",
        ASKING,
        "Ask before replaying more than",
        "So many webhooks at once are seldom meant.",
        "number",
        unit=" captures",
        zero="Never ask",
        words="confirm replay many",
    ),
    Preference(
        "notify_listener_down",
        TELLING,
        "Tell when the listener stops by itself",
        "On the desktop, while this window is not in front.",
        words="notification crash down",
    ),
    Preference(
        "notify_forward_failed",
        TELLING,
        "Tell when forwarding fails",
        "Once for each capture whose target did not take it.",
        words="notification target retry",
    ),
    Preference(
        "notify_endpoints",
        TELLING,
        "Tell what these endpoints catch",
        "Names with commas between, * for all. Nothing of a webhook's content is shown.",
        "lines",
        words="notification capture arrived",
    ),
    Preference(
        "tray",
        TELLING,
        "Show an icon in the tray",
        "With the listener's state. The window is always reached without it.",
        words="system tray menu bar",
    ),
)

SECTIONS = (*dict.fromkeys(each.section for each in PREFERENCES), KEYS)


def matches(preference: Preference, typed: str) -> bool:
    """True where every word typed occurs in what is said of a preference, or is its key in the file."""
    text = (
        f"{preference.title} {preference.hint} {preference.section} {preference.words} {preference.name}".casefold()
    )
    return all(word in text for word in typed.casefold().split())
