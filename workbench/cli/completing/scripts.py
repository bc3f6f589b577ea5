"""The table as a script for bash, zsh or fish.

Each shell finds the command by walking the words before the cursor, then offers what may stand there. Names that are
asked from the program are compared and quoted as text: a request called `$(rm -rf ~)` is a name and nothing else.
"""

from collections.abc import Callable, Iterable, Sequence

from workbench.cli.completing.table import FILES, Command, Values

_BASH = """\
# bash completion for workbench; how to install it: workbench completion --help
_workbench_names() {
    local name
    while IFS= read -r name; do
        [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
    done < <("${COMP_WORDS[0]}" completion --values "$1" 2>/dev/null)
}
_workbench() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at="" word
    COMPREPLY=()
    # bash cuts an option with = into three words.
    if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "${at:+$at }$word" in
            @PATHS@) at="${at:+$at }$word" ;;
        esac
    done
    case "$at $prev" in
@VALUES@
    esac
    if [[ $cur == -* ]]; then
        case "$at" in
@OPTIONS@
        esac
        return
    fi
    case "$at" in
@WORDS@
    esac
}
complete -F _workbench workbench
"""

_ZSH = """\
#compdef workbench
# zsh completion for workbench; how to install it: workbench completion --help
_workbench_names() {
    local -a names
    names=("${(@f)$(${words[1]} completion --values $1 2>/dev/null)}")
    compadd -- $names
}
_workbench() {
    local at="" word prev=${words[CURRENT-1]} cur=${words[CURRENT]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*}
        compset -P '*='
    fi
    for word in ${words[2,CURRENT-1]}; do
        case "${at:+$at }$word" in
            @PATHS@) at="${at:+$at }$word" ;;
        esac
    done
    case "$at $prev" in
@VALUES@
    esac
    local -a found
    if [[ $cur == -* ]]; then
        case "$at" in
@OPTIONS@
        esac
        _describe -o option found
        return
    fi
    case "$at" in
@WORDS@
    esac
}
if [ "$funcstack[1]" = "_workbench" ]; then _workbench "$@"; else compdef _workbench workbench; fi
"""

_FISH = """\
# fish completion for workbench; how to install it: workbench completion --help
function __workbench_at
    set -l at
    for word in (commandline -opc)[2..]
        switch "$at $word"
            case @PATHS@
                set at (string trim "$at $word")
        end
    end
    test "$at" = "$argv[1]"
end
complete -c workbench -f
@LINES@
"""


def script(shell: str, commands: Sequence[Command]) -> str:
    """Return the script for `bash`, `zsh` or `fish`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](commands)


def _quoted(text: str) -> str:
    """Return a text that every one of these shells takes as it is."""
    return "'" + text.replace("'", "'\\''") + "'"


def _paths(commands: Iterable[Command]) -> str:
    return "|".join(_quoted(command.path) for command in commands if command.path)


def _cases(commands: Iterable[Command], reply: Callable[[Values], str]) -> list[str]:
    """Return a line for each way to complete a value, with all the options that have it."""
    by_reply: dict[str, list[str]] = {}
    for command in commands:
        for option in command.options:
            if option.values is not None:
                names = (_quoted(f"{command.path} {name}") for name in option.names)
                by_reply.setdefault(reply(option.values), []).extend(names)
    return [f"        {'|'.join(patterns)}) {said}; return ;;" for said, patterns in by_reply.items()]


def _bash(commands: Sequence[Command]) -> str:
    values = _cases(commands, _bash_reply)
    options = [
        f"            {_quoted(command.path)}) {_bash_words(name for o in command.options for name in o.names)} ;;"
        for command in commands
    ]
    words = [f"        {_quoted(command.path)}) {_bash_reply(command.values)} ;;" for command in commands]
    return _filled(_BASH, commands, values, options, words)


def _bash_reply(values: Values) -> str:
    if values.words:
        return _bash_words(values.words)
    if values.kind == FILES:
        return "compopt -o default"
    return f"_workbench_names {values.kind}" if values.kind else ":"


def _bash_words(words: Iterable[str]) -> str:
    return f'COMPREPLY=($(compgen -W {_quoted(" ".join(words))} -- "$cur"))'


def _zsh(commands: Sequence[Command]) -> str:
    values = _cases(commands, _zsh_reply)
    options = [f"            {_quoted(command.path)}) found=({_zsh_options(command)}) ;;" for command in commands]
    words = [f"        {_quoted(command.path)}) {_zsh_words(command, commands)} ;;" for command in commands]
    return _filled(_ZSH, commands, values, options, words)


def _zsh_options(command: Command) -> str:
    return " ".join(_quoted(f"{name}:{_zsh_text(o.help)}") for o in command.options for name in o.names)


def _zsh_words(command: Command, commands: Iterable[Command]) -> str:
    below = {each.path: each.help for each in commands}
    if not command.values.words:
        return _zsh_reply(command.values)
    described = (
        _quoted(f"{word}:{_zsh_text(below.get(f'{command.path} {word}'.strip(), ''))}")
        for word in command.values.words
    )
    return f"found=({' '.join(described)}); _describe command found"


def _zsh_reply(values: Values) -> str:
    if values.words:
        return f"compadd -- {' '.join(map(_quoted, values.words))}"
    if values.kind == FILES:
        return "_files"
    return f"_workbench_names {values.kind}" if values.kind else ":"


def _zsh_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _fish(commands: Sequence[Command]) -> str:
    lines = [line for command in commands for line in _fish_lines(command, commands)]
    paths = " ".join(_quoted(f" {p}" if " " not in p else p) for p in (c.path for c in commands) if p)
    return _FISH.replace("@PATHS@", paths).replace("@LINES@", "\n".join(lines))


def _fish_lines(command: Command, commands: Iterable[Command]) -> Iterable[str]:
    start = f"complete -c workbench -n '__workbench_at \"{command.path}\"'"
    below = {each.path: each.help for each in commands}
    for word in command.values.words:
        said = below.get(f"{command.path} {word}".strip(), "")
        yield f"{start} -a {_quoted(word)} -d {_fish_text(said)}"
    if not command.values.words:
        yield from (f"{start} {more}" for more in _fish_values(command.values))
    for option in command.options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        more = next(iter(_fish_values(option.values)), "") if option.values else ""
        takes = " -x" if option.values is not None and more != "-F" else " -r" if option.values is not None else ""
        yield f"{start} {names}{takes} {more} -d {_fish_text(option.help)}".replace("  ", " ")


def _fish_values(values: Values) -> Iterable[str]:
    if values.words:
        yield f"-a {_quoted(' '.join(values.words))}"
    elif values.kind == FILES:
        yield "-F"
    elif values.kind:
        yield f"-a '(workbench completion --values {values.kind})'"


def _fish_text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _filled(
    template: str, commands: Sequence[Command], values: Iterable[str], options: Iterable[str], words: Iterable[str]
) -> str:
    text = template.replace("@PATHS@", _paths(commands))
    for mark, lines in (("@VALUES@", values), ("@OPTIONS@", options), ("@WORDS@", words)):
        text = text.replace(mark, "\n".join(lines))
    return text
