"""Completion for bash, 4 or later."""

from __future__ import annotations

from mosaicfs_cli.completing.posix import tables
from mosaicfs_cli.completing.table import Table

_WALK = r"""
_mosaicfs_offer() {
    local each
    for each; do
        [[ $each == "$current"* ]] && COMPREPLY+=("$each")
    done
}

_mosaicfs() {
    local at word verb= kind= value= ended= each
    local current=${COMP_WORDS[COMP_CWORD]}
    local -a follows options
    COMPREPLY=()
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ $value ]]; then
            value=
            continue
        fi
        case $word in
            --) ended=1; break ;;
            -*) _mosaicfs_value "$verb" "$word"; value=$kind ;;
            *) _mosaicfs_is_command "${verb:+$verb }$word" && verb="${verb:+$verb }$word" ;;
        esac
    done
    if [[ $value ]]; then
        kind=$value
    elif [[ $current == -* && ! $ended ]]; then
        _mosaicfs_options "$verb"
        _mosaicfs_offer "${options[@]}"
        return
    else
        _mosaicfs_follows "$verb"
        _mosaicfs_offer "${follows[@]}"
        _mosaicfs_word "$verb"
    fi
    case $kind in
        '='*) read -ra follows <<<"${kind#=}"; _mosaicfs_offer "${follows[@]}" ;;
        file)
            compopt -o filenames 2>/dev/null
            while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$current")
            ;;
        any|'') ;;
        *)
            while IFS=$'\t' read -r each _; do _mosaicfs_offer "$each"; done < <(
                "${COMP_WORDS[0]}" completion --names "$kind" 2>/dev/null
            )
            ;;
    esac
}

complete -F _mosaicfs mosaicfs
"""


def script(table: Table) -> str:
    before = "# Completion of mosaicfs for bash. Printed by: mosaicfs completion bash"
    return "\n".join([before, *tables(table, lambda word, meaning: word)]) + _WALK
