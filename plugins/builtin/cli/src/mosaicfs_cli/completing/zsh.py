"""Completion for zsh, with what each word means."""

from __future__ import annotations

from mosaicfs_cli.completing.posix import tables
from mosaicfs_cli.completing.table import Table

_WALK = r"""
_mosaicfs() {
    local word verb='' kind='' value='' ended='' current=${words[CURRENT]} each
    local -a follows options found
    local -i at
    for ((at = 2; at < CURRENT; at++)); do
        word=${words[at]}
        if [[ -n $value ]]; then
            value=''
            continue
        fi
        case $word in
            --) ended=1; break ;;
            -*) _mosaicfs_value "$verb" "$word"; value=$kind ;;
            *) _mosaicfs_is_command "${verb:+$verb }$word" && verb="${verb:+$verb }$word" ;;
        esac
    done
    if [[ -n $value ]]; then
        kind=$value
    elif [[ $current == -* && -z $ended ]]; then
        _mosaicfs_options "$verb"
        _describe -o option options
        return
    else
        _mosaicfs_follows "$verb"
        (( $#follows )) && _describe -t commands command follows
        _mosaicfs_word "$verb"
    fi
    case $kind in
        '='*) found=(${(s: :)${kind#=}}); compadd -- $found ;;
        file) _files ;;
        any|'') ;;
        *)
            for each in "${(@f)$(_call_program names ${(q)words[1]} completion --names $kind 2>/dev/null)}"; do
                [[ -n $each ]] && found+=("${${each%%$'\t'*}//:/\\:}:${each#*$'\t'}")
            done
            (( $#found )) && _describe -t names $kind found
            ;;
    esac
}

if [[ $funcstack[1] == _mosaicfs ]]; then
    _mosaicfs "$@"
else
    compdef _mosaicfs mosaicfs
fi
"""


def script(table: Table) -> str:
    before = ["#compdef mosaicfs", "# Completion of mosaicfs for zsh. Printed by: mosaicfs completion zsh"]
    return "\n".join([*before, *tables(table, _with_meaning)]) + _WALK


def _with_meaning(word: str, meaning: str) -> str:
    """A colon stands between them."""
    escaped = word.replace(":", "\\:")
    return f"{escaped}:{meaning}"
