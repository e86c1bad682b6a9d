"""Completion for PowerShell, 5 or later, with what each word means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mosaicfs_cli.completing.table import Offered, Table

_HEAD = """\
# Completion of mosaicfs for PowerShell. Printed by: mosaicfs completion powershell
# In the file that $PROFILE names: mosaicfs completion powershell | Out-String | Invoke-Expression
$global:MosaicfsCompletion = @{}
# Hash tables know no case, and -v and -V are two options.
foreach ($name in 'Follows', 'Options', 'Takes', 'Words') {
    $global:MosaicfsCompletion[$name] =
        New-Object 'System.Collections.Generic.Dictionary[string,object]' ([StringComparer]::Ordinal)
}"""

_WALK = """
Register-ArgumentCompleter -Native -CommandName 'mosaicfs' -ScriptBlock {
    param($current, $ast, $cursor)
    $known = $global:MosaicfsCompletion
    $current = [string]$current
    $typed = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
        else { $_.ToString() }
    })
    $offer = {
        param($word, $meaning)
        if (-not $word.StartsWith($current, [StringComparison]::Ordinal)) { return }
        if (-not $meaning) { $meaning = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $meaning)
    }
    $offerAll = {
        param($pairs)
        for ($at = 0; $at + 1 -lt $pairs.Count; $at += 2) { & $offer $pairs[$at] $pairs[$at + 1] }
    }
    $verb = ''
    $kind = ''
    $ended = $false
    for ($at = 1; $at -lt $typed.Count; $at++) {
        $word = $typed[$at]
        if ($kind) { $kind = ''; continue }
        if ($word -ceq '--') { $ended = $true; break }
        if ($word.StartsWith('-')) {
            if ($known.Takes.ContainsKey("$verb $word")) { $kind = $known.Takes["$verb $word"] }
            elseif ($known.Takes.ContainsKey(" $word")) { $kind = $known.Takes[" $word"] }
            continue
        }
        $follows = if ($known.Follows.ContainsKey($verb)) { $known.Follows[$verb] } else { @() }
        for ($next = 0; $next -lt $follows.Count; $next += 2) {
            if ($follows[$next] -ceq $word) { $verb = "$verb $word".Trim(); break }
        }
    }
    if (-not $kind) {
        if ($current.StartsWith('-') -and -not $ended) {
            if ($verb -and $known.Options.ContainsKey($verb)) { & $offerAll $known.Options[$verb] }
            & $offerAll $known.Options['']
            return
        }
        if ($known.Follows.ContainsKey($verb)) { & $offerAll $known.Follows[$verb] }
        if ($known.Words.ContainsKey($verb)) { $kind = $known.Words[$verb] }
    }
    if ($kind.StartsWith('=')) {
        foreach ($word in $kind.Substring(1).Split(' ')) { & $offer $word '' }
    } elseif ($kind -and $kind -cne 'any' -and $kind -cne 'file') {
        & $typed[0] completion --names $kind 2>$null | ForEach-Object {
            $name, $meaning = $_ -split "`t", 2
            & $offer $name $meaning
        }
    }
}
"""
"""Where nothing is offered, PowerShell itself completes the names of files."""

_quotes = re.compile("['\u2018\u2019\u201a\u201b]")
"""All of them end a string there."""


def script(table: Table) -> str:
    return "\n".join([_HEAD, *_tables(table)]) + _WALK


def _tables(table: Table) -> Iterator[str]:
    yield from _table("Follows", {verb: _pairs(words) for verb, words in table.follows.items()})
    yield from _table("Options", {verb: _pairs(words) for verb, words in table.options.items()})
    values = {f"{verb} {flag}": _quoted(kind) for (verb, flag), kind in table.values.items()}
    yield from _table("Takes", values)
    yield from _table("Words", {verb: _quoted(kind) for verb, kind in table.words.items()})


def _table(name: str, entries: Mapping[str, str]) -> Iterator[str]:
    for key, value in entries.items():
        yield f"$global:MosaicfsCompletion['{name}'][{_quoted(key)}] = {value}"


def _pairs(offered: Offered) -> str:
    """Each word and its meaning, one after the other."""
    return f"@({', '.join(_quoted(each) for pair in offered for each in pair)})"


def _quoted(text: str) -> str:
    return "'" + _quotes.sub(lambda found: found[0] * 2, text.replace("\n", " ")) + "'"
