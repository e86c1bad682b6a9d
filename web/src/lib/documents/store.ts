/**
 * The pulled documents in memory, by type. Who reads one document is told of that one only, so a heartbeat repaints a
 * badge and not a page.
 */
import { type AnyDocument, type Change, type Documents, type DocumentType, typeOf } from "./types";

type Listener = () => void;

export interface DocumentStore {
  get: <T extends DocumentType>(type: T, id: string) => Documents[T] | undefined;
  /** All of a type; the same array until one of them changes. */
  all: <T extends DocumentType>(type: T) => readonly Documents[T][];
  apply: (changes: readonly Change[]) => void;
  /** Everything that is there, to hand to another tab. */
  everything: () => Change[];
  replace: (all: readonly Change[]) => void;
  subscribe: (type: DocumentType, listener: Listener) => () => void;
  subscribeOne: (id: string, listener: Listener) => () => void;
  clear: () => void;
}

export function documentStore(): DocumentStore {
  const maps = new Map<DocumentType, Map<string, AnyDocument>>();
  const arrays = new Map<DocumentType, readonly AnyDocument[]>();
  const listeners = new Map<string, Set<Listener>>();

  const mapOf = (type: DocumentType): Map<string, AnyDocument> => {
    const present = maps.get(type) ?? new Map<string, AnyDocument>();
    maps.set(type, present);
    return present;
  };
  const tell = (keys: Iterable<string>): void => {
    for (const key of keys) for (const listener of [...(listeners.get(key) ?? [])]) listener();
  };
  const subscribe = (key: string, listener: Listener): (() => void) => {
    const present = listeners.get(key) ?? new Set<Listener>();
    listeners.set(key, present.add(listener));
    return () => {
      present.delete(listener);
    };
  };
  const put = ({ id, doc }: Change, touched: Set<string>): void => {
    const type = typeOf(id);
    if (!type) return;
    if (doc) mapOf(type).set(id, doc);
    else if (!mapOf(type).delete(id)) return;
    arrays.delete(type);
    touched.add(type).add(id);
  };

  return {
    get: <T extends DocumentType>(type: T, id: string) => maps.get(type)?.get(id) as Documents[T] | undefined,
    all: <T extends DocumentType>(type: T) => {
      const present = arrays.get(type) ?? [...(maps.get(type)?.values() ?? [])];
      arrays.set(type, present);
      return present as readonly Documents[T][];
    },
    apply: (changes) => {
      const touched = new Set<string>();
      for (const change of changes) put(change, touched);
      tell(touched);
    },
    everything: () => [...maps.values()].flatMap((map) => [...map].map(([id, doc]) => ({ id, doc }))),
    replace: (all) => {
      const touched = new Set<string>();
      const staying = new Set(all.map(({ id }) => id));
      for (const map of maps.values()) {
        for (const id of [...map.keys()]) if (!staying.has(id)) put({ id, doc: null }, touched);
      }
      for (const change of all) put(change, touched);
      tell(touched);
    },
    subscribe: (type, listener) => subscribe(type, listener),
    subscribeOne: (id, listener) => subscribe(id, listener),
    clear: () => {
      const touched = [...maps].flatMap(([type, map]) => [type, ...map.keys()]);
      maps.clear();
      arrays.clear();
      tell(touched);
    },
  };
}

/** Those of this tab. */
export const documents = documentStore();
