/** The form of a backend; a new one can be tried before it is saved. */
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { type ApiError, asApiError } from "@/api/errors";
import { showFirstProblem } from "@/lib/first-problem";
import { useIsOnline } from "@/lib/live/connection";
import { common } from "@/lib/text/everywhere";
import { backends as text } from "@/lib/text/settings-backends";
import { visible } from "@/lib/visible";
import { type OptionProblems, optionsOf, problemsOf as optionProblemsOf, refusedOptions, SchemaForm } from "@/parts/schema-form";
import { Button } from "@/parts/ui/button";
import { toast } from "@/parts/ui/toast";
import { BothVersions } from "../BothVersions";
import { Discard } from "../leaving";
import { BackendFields } from "./BackendFields";
import { type Backend, type BackendDraft, type BackendProblems, differencesOf, draftOf, type Offer, problemsOf } from "./draft";
import { useStoring } from "./storing";
import { Tried, useTest } from "./TestDialog";

export interface BackendFormProps {
  backend: Backend | null;
  offer: Offer;
  nodeId: string;
  /** How the drawer around it is to be left. */
  onLeaving: (leave: { run: () => void }) => void;
  onClose: () => void;
  /** To begin once more with what is saved now. */
  onAgain: () => void;
}

export function BackendForm({ backend, offer, nodeId, onLeaving, onClose, onAgain }: BackendFormProps): ReactNode {
  const options = useMemo(() => optionsOf(offer.schema), [offer.schema]);
  const [first] = useState(() => draftOf(backend, options, offer.modes[0]));
  const [draft, setDraft] = useState(first);
  const { stored, tried, saved } = useStoring({ backend, offer, nodeId, options, first });
  const [isTried, setTried] = useState(false);
  const [refused, setRefused] = useState<OptionProblems & BackendProblems>({});
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [theirs, setTheirs] = useState<Backend | null>(null);
  const [isBusy, setBusy] = useState<"save" | "test" | null>(null);
  const [asksToLeave, setAsksToLeave] = useState(false);
  const test = useTest();
  const isOnline = useIsOnline();
  const form = useRef<HTMLFormElement>(null);
  const own = isTried ? problemsOf(draft) : {};
  const isDirty = JSON.stringify(draft) !== JSON.stringify(first);

  const forget = (): void => {
    setRefused({});
    setRefusal(null);
    setTheirs(null);
    test.reset();
  };
  const change = (next: Partial<BackendDraft>): void => {
    forget();
    setDraft({ ...draft, ...next });
  };
  const tell = (known: ApiError): void => {
    const fields = { ...refusedOptions(options, known.fields), ...refusedOf(known) };
    if (known.status === 412 && known.detail.current) return setTheirs(known.detail.current as unknown as Backend);
    setRefused(fields);
    if (Object.keys(fields).length === 0) setRefusal(known);
    showFirstProblem(form.current);
  };
  const run = async (kind: "save" | "test", work: () => Promise<void>): Promise<void> => {
    setTried(true);
    forget();
    if (Object.keys(problemsOf(draft)).length + Object.keys(optionProblemsOf(options, draft.options)).length > 0) return showFirstProblem(form.current);
    setBusy(kind);
    try {
      await work();
    } catch (error) {
      tell(asApiError(error));
    } finally {
      setBusy(null);
    }
  };
  const save = (isOnTop = false): Promise<void> =>
    run("save", async () => {
      const name = await saved(draft, isOnTop);
      toast.done(text.saved(visible(name)));
      onClose();
    });
  const tryIt = (): Promise<void> => run("test", async () => void (await test.mutateAsync(await tried(draft))));
  const wish = (): void => (isDirty ? setAsksToLeave(true) : onClose());
  useEffect(() => {
    onLeaving({ run: wish });
    // The drawer has to know only whether there is something to lose.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isDirty]);
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save();
      }}
    >
      <BackendFields draft={draft} problems={{ ...own, ...refused }} modes={offer.modes} isNamed={stored !== null} onChange={change} />
      {options.length > 0 && <h3 className="border-t pt-4 text-14 font-semibold">{text.options}</h3>}
      <SchemaForm options={options} draft={draft.options} problems={{ ...(isTried ? optionProblemsOf(options, draft.options) : {}), ...refused }} onChange={(next) => change({ options: next })} />
      {refusal && (
        <p role="alert" className="text-13 text-error">
          {refusal.message}
        </p>
      )}
      {test.data && <Tried tried={test.data} />}
      <div className="sticky bottom-0 -mx-4 -mb-4 flex flex-wrap justify-end gap-2 border-t bg-panel p-4">
        {(!backend || !isDirty) && (
          <Button className="mr-auto" isBusy={isBusy === "test"} disabled={!isOnline} onClick={() => void tryIt()}>
            {text.test}
          </Button>
        )}
        <Button onClick={wish}>{common.cancel}</Button>
        <Button type="submit" look="primary" isBusy={isBusy === "save"} disabled={!isOnline} title={isOnline ? undefined : common.offlineReason}>
          {common.save}
        </Button>
      </div>
      {asksToLeave && <Discard onStay={() => setAsksToLeave(false)} onLeave={onClose} />}
      {theirs && <BothVersions rows={differencesOf(options, draftOf(theirs, options), draft, first)} onTheirs={onAgain} onMine={() => void save(true)} />}
    </form>
  );
}

const ofFields: Record<string, keyof BackendProblems> = { name: "name", poll_interval_s: "poll", schedule: "schedule" };

function refusedOf({ fields }: ApiError): BackendProblems {
  return Object.fromEntries(fields.flatMap(({ field, problem }) => (ofFields[field] ? [[ofFields[field], problem]] : [])));
}
