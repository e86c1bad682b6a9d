/** Find files by their names, by what they are, and by what plugins know of them. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { beginCursorList, useCursorList } from "@/api/queries";
import type { Schema } from "@/api/schemas";
import { useIsOnline } from "@/lib/live/connection";
import { search as text } from "@/lib/text/search";
import { Page, PageHeader } from "@/parts/page";
import { Button } from "@/parts/ui/button";
import { useAhead } from "./ahead";
import { type Asked, askedOf, hasFilters, isAnything, queryOf, textsOf } from "./asked";
import { usePluginAnswers } from "./asking-plugins";
import { Facets } from "./Facets";
import { Field } from "./Field";
import { Filters } from "./Filters";
import { NameMatches } from "./NameMatches";
import { PluginSections } from "./PluginSections";
import { remember } from "./recent";
import { SaveAsDirectory } from "./SaveAsDirectory";
import { Start } from "./Start";
import { useWayDown } from "./way-down";

export type Found = Schema<"FoundFile">;
export const pageSize = 50;
const path = "/api/search";

export function SearchPage(): ReactNode {
  const settled = askedOf(useSearch({ from: "/search" }));
  const navigate = useNavigate({ from: "/search" });
  const [typed, type] = useAhead(settled.q ?? "", (q) => beginCursorList(path, wordsFor(askedOf({ ...settled, q }))));
  const isSettled = typed === (settled.q ?? "");
  const asked = isSettled ? settled : askedOf({ ...settled, q: typed });
  const set = (next: Asked): void => {
    if (isAnything(next)) void beginCursorList(path, wordsFor(next));
    void navigate({ search: (before) => ({ ...fileOf(before), ...next }), replace: true });
  };
  const isAsked = isAnything(asked);
  const list = useCursorList<Found>(path, wordsFor(asked), { enabled: isAsked, keepsPrevious: true });
  const plugins = usePluginAnswers(settled.q?.trim() ?? "");
  const isFound = isAsked && list.isSuccess && !list.isPlaceholderData;
  const { results, goDown, openNext, stay } = useWayDown(isFound ? (asked.q ?? "") : null);
  useRemembered(settled.q);
  const problem = list.error?.fields.find(({ field }) => field === "q")?.problem;
  return (
    <Page isFull>
      <PageHeader title={text.title} {...(asked.q ? { tab: `${asked.q} \u2013 ${text.title}` } : {})} actions={isAsked && !problem && <Save asked={asked} />}>
        <div className="flex flex-col gap-3 pt-2">
          <Field
            asked={settled}
            onType={(q) => {
              stay();
              type(q);
            }}
            onChange={set}
            problem={problem}
            onDown={goDown}
            onEnter={openNext}
          />
          <Filters asked={asked} onChange={set} />
        </div>
      </PageHeader>
      {isAsked ? (
        <div className="flex min-h-0 flex-1 gap-6">
          <Facets asked={asked} onChange={set} canAsk={isSettled && (list.isError || (list.isSuccess && !list.isPlaceholderData))} />
          <div ref={results} className="flex min-h-0 min-w-0 flex-1 flex-col gap-4 overflow-y-auto">
            {!problem && <NameMatches asked={asked} list={list} onChange={set} isSettled={isSettled} isAlone={plugins.envelopes.every(({ results: found }) => found.length === 0)} />}
            {hasFilters(asked) && plugins.envelopes.length > 0 && <p className="text-13 text-muted">{text.plugin.namesOnly}</p>}
            <PluginSections answers={plugins} />
          </div>
        </div>
      ) : (
        <Start onTake={(q) => set({ q })} />
      )}
    </Page>
  );
}

function wordsFor(asked: Asked): Record<string, unknown> {
  return { ...queryOf(asked), sort: asked.sort ?? "relevance", limit: pageSize, include: "labels" };
}

/** The open file stays open whatever is searched for. */
function fileOf(search: Record<string, unknown>): { file?: string } {
  return typeof search.file === "string" ? { file: search.file } : {};
}

const dwellMs = 2000;

/** A search that one stays with is kept for this session. */
function useRemembered(q: string | undefined): void {
  useEffect(() => {
    if (!q) return undefined;
    const timer = setTimeout(() => remember(q), dwellMs);
    return () => clearTimeout(timer);
  }, [q]);
}

function Save({ asked }: { asked: Asked }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const isOnline = useIsOnline();
  if (!isOnline) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.save.button}</Button>
      {isOpen && <SaveAsDirectory texts={textsOf(asked)} name={asked.q ?? asked.label?.[0] ?? ""} onClose={() => setOpen(false)} />}
    </>
  );
}
