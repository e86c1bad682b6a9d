/** The documents that a browser may hold, as they are stored. Unknown fields are there too and are left alone. */
import type { Notification, Schema } from "@/api/schemas";

interface Stored {
  _id: string;
}

export type NodeDocument = Stored & Omit<Schema<"ShownNode">, "file_count" | "replica_lag_s">;
export type FilesystemDocument = Stored & Schema<"Filesystem"> & { type: "filesystem" };
export type NotificationDocument = Stored & Omit<Notification, "notification_id">;
export type PluginDocument = Stored & Omit<Schema<"ShownPlugin">, "standing">;
export type BackendDocument = Stored & Omit<Schema<"ShownBackend">, "hosted" | "state">;

export interface StatusDocument extends Stored {
  type: "agent_status";
  node_id: string;
  updated_at: string;
  overall: "healthy" | "degraded" | "unhealthy";
  subsystems: Record<string, { status: string; since: string; message?: string } & Record<string, unknown>>;
  recent_errors?: { time: string; subsystem: string; level: string; message: string }[];
  available_plugins?: string[];
  watch_paths?: string[];
}

export interface DirectoryDocument extends Stored {
  type: "virtual_directory";
  inode: number;
  virtual_path: string;
  name: string;
  parent_path: string | null;
  system?: boolean;
  created_at: string;
  updated_at?: string;
  steps?: Record<string, unknown>[];
  enforce_steps_on_children?: boolean;
  mounts: Record<string, unknown>[];
}

export interface LabelRuleDocument extends Stored {
  type: "label_rule";
  node_id: string;
  path_prefix: string;
  labels: string[];
  name: string;
  enabled: boolean;
  created_at: string;
  updated_at?: string;
}

export interface OtherDocument extends Stored {
  type: "replication_rule" | "peering_agreement" | "federated_import";
  [field: string]: unknown;
}

export interface Documents {
  node: NodeDocument;
  filesystem: FilesystemDocument;
  agent_status: StatusDocument;
  virtual_directory: DirectoryDocument;
  label_rule: LabelRuleDocument;
  plugin: PluginDocument;
  storage_backend: BackendDocument;
  replication_rule: OtherDocument;
  notification: NotificationDocument;
  peering_agreement: OtherDocument;
  federated_import: OtherDocument;
}

export type DocumentType = keyof Documents;
export type AnyDocument = Documents[DocumentType];

const typeOfPrefix: Record<string, DocumentType> = {
  node: "node",
  filesystem: "filesystem",
  status: "agent_status",
  dir: "virtual_directory",
  label_rule: "label_rule",
  plugin: "plugin",
  storage_backend: "storage_backend",
  repl_rule: "replication_rule",
  notification: "notification",
  peering_agreement: "peering_agreement",
  federated_import: "federated_import",
};

/** The type that an id belongs to; a tombstone has no other sign of it. */
export function typeOf(id: string): DocumentType | null {
  return typeOfPrefix[id.slice(0, Math.max(0, id.indexOf("::")))] ?? null;
}

export type Change = { id: string; doc: AnyDocument | null };
