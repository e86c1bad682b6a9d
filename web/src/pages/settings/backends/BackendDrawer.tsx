/** One backend: for a new one first its node and type, then what that type asks for. */
import { type ReactNode, useId, useMemo, useState } from "react";
import { useApi } from "@/api/queries";
import { addresses } from "@/lib/addresses";
import { useNodes } from "@/lib/documents";
import { backends as text } from "@/lib/text/settings-backends";
import { general } from "@/lib/text/settings-general";
import { visible } from "@/lib/visible";
import { Empty, Loaded } from "@/parts/states";
import { buttonClasses } from "@/parts/ui/button";
import { Select } from "@/parts/ui/choices";
import { Drawer } from "@/parts/ui/drawer";
import { Field } from "@/parts/ui/field";
import { PageLink } from "@/parts/ui/page-link";
import { BackendForm } from "./BackendForm";
import { type Backend, type Offer, offersOf } from "./draft";

export interface BackendDrawerProps {
  backend?: Backend;
  onClose: () => void;
  /** To begin once more with what is saved now. */
  onAgain: () => void;
}

export function BackendDrawer({ backend, onClose, onAgain }: BackendDrawerProps): ReactNode {
  const nodes = useNodes();
  const [chosen, setChosen] = useState<string>();
  const [type, setType] = useState(backend?.backend);
  const first = nodes.find(({ status }) => status === "online") ?? nodes[0];
  // A node that is degraded for a moment takes no form away that somebody fills in.
  if (chosen === undefined && first) setChosen(first.node_id);
  const nodeId = backend?.hosting_node_id ?? chosen ?? first?.node_id;
  const query = useApi("/api/nodes/{node_id}/plugins/available", { params: { path: { node_id: nodeId ?? "" }, query: { limit: 500 } } }, { enabled: nodeId !== undefined });
  const offers = useMemo(() => offersOf(query.data?.items ?? []), [query.data]);
  const offer = offers.find((one) => one.backend === type) ?? (backend ? plain(backend) : offers[0]);
  const [leave, setLeave] = useState<{ run: () => void }>({ run: onClose });
  return (
    <Drawer isOpen onClose={leave.run} title={backend ? visible(backend.name) : text.new}>
      {nodeId === undefined ? (
        <NoNode />
      ) : (
        <Loaded query={query} what={text.types}>
          {() => (
            <div className="flex flex-col gap-4 p-4">
              {!backend && <Place nodeId={nodeId} offers={offers} type={offer?.backend} onNode={setChosen} onType={setType} />}
              {offer && nodeId && <BackendForm key={`${nodeId} ${offer.backend}`} backend={backend ?? null} offer={offer} nodeId={nodeId} onLeaving={setLeave} onClose={onClose} onAgain={onAgain} />}
            </div>
          )}
        </Loaded>
      )}
    </Drawer>
  );
}

function NoNode(): ReactNode {
  return (
    <Empty
      drawing="nodes"
      sentence={text.noNode}
      action={
        <PageLink href={addresses.nodes()} className={buttonClasses("primary")}>
          {general.channel.add}
        </PageLink>
      }
    />
  );
}

/** Of a type that no plugin of its node serves now: what all types have can still be changed. */
function plain({ backend, mode }: Backend): Offer {
  return { backend, title: backend, modes: [mode], schema: null };
}

interface PlaceProps {
  nodeId: string | undefined;
  offers: readonly Offer[];
  type: string | undefined;
  onNode: (nodeId: string) => void;
  onType: (type: string) => void;
}

function Place({ nodeId, offers, type, onNode, onType }: PlaceProps): ReactNode {
  const nodes = useNodes();
  const id = useId();
  return (
    <>
      <Field label={text.node} id={`${id}-node`} help={text.nodeHelp}>
        <Select id={`${id}-node`} label={text.node} value={nodeId ?? ""} options={nodes.map((node) => ({ value: node.node_id, label: visible(node.friendly_name) }))} onChange={onNode} />
      </Field>
      {type === undefined ? (
        <p className="rounded-control bg-raised px-3 py-2 text-13">{text.noTypes}</p>
      ) : (
        <Field label={text.type} id={`${id}-type`}>
          <Select id={`${id}-type`} label={text.type} value={type} options={offers.map(({ backend, title }) => ({ value: backend, label: visible(title) }))} onChange={onType} />
        </Field>
      )}
    </>
  );
}
