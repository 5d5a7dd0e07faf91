import type { Client } from 'urql';
import { DraftSaveDocument, type AttachmentFactsFragment, type ConversationRowFragment } from '../graphql/generated';
import { readStored } from './stored';

export type FileRef = Pick<AttachmentFactsFragment, 'id' | 'fileName' | 'byteSize' | 'contentType' | 'url'>;
type ServerDraft = NonNullable<ConversationRowFragment['draft']>;

/** What is typed in one conversation. `revision` is this browser's clock in milliseconds at the last change. */
export interface LocalDraft {
  readonly text: string;
  readonly files: readonly FileRef[];
  /** Words for colleagues; kept in this browser only, so that they can never be taken for a reply. */
  readonly note: string;
  readonly revision: number;
  /** The newest revision that the server has confirmed. */
  readonly saved: number;
  /** Why the server does not take it. */
  readonly refused: string | undefined;
}

const EMPTY: LocalDraft = { text: '', files: [], note: '', revision: 0, saved: 0, refused: undefined };
const PAUSE_MS = 400;
const RETRY_MS = 3_000;

const SAVE_BEFORE_LEAVING = /* GraphQL */ `
  mutation DraftSave($input: DraftSaveInput!) {
    draftSave(input: $input) {
      userErrors {
        message
      }
    }
  }
`;

/**
 * Everything typed and not sent: on the server within a second, and in this browser at once. One per signed-in agent, so
 * that the next person on this machine never sees it.
 */
export class Drafts {
  private readonly drafts = new Map<string, LocalDraft>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly saving = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: Client,
    private readonly agentId: string,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(conversationId: string): LocalDraft {
    let draft = this.drafts.get(conversationId);
    if (!draft) {
      draft = this.readStored(conversationId) ?? EMPTY;
      this.drafts.set(conversationId, draft);
    }
    return draft;
  }

  /** Takes what the server holds where it is newer, maybe written in another tab or on another machine. */
  receive(conversationId: string, server: ServerDraft | null): void {
    const local = this.get(conversationId);
    if (!server) {
      // Sent or thrown away elsewhere, unless something newer was typed here since.
      if (local.saved > 0 && local.revision <= local.saved) this.put(conversationId, { ...EMPTY, note: local.note });
      return;
    }
    if (server.revision > local.revision) {
      const { text, attachments, revision } = server;
      this.put(conversationId, { ...local, text, files: attachments, revision, saved: revision, refused: undefined });
    } else if (local.revision > server.revision && local.revision > local.saved) {
      this.saveSoon(conversationId);
    }
  }

  edit(conversationId: string, change: { readonly text?: string; readonly files?: readonly FileRef[] }): void {
    const local = this.get(conversationId);
    // Grows even where the clock stands still or went back.
    const revision = Math.max(Date.now(), local.revision + 1);
    this.put(conversationId, { ...local, ...change, revision, refused: undefined });
    this.saveSoon(conversationId);
  }

  editNote(conversationId: string, note: string): void {
    this.put(conversationId, { ...this.get(conversationId), note });
  }

  /** Empties the reply here; the server has taken it with the message that was sent. */
  clear(conversationId: string): void {
    clearTimeout(this.timers.get(conversationId));
    this.timers.delete(conversationId);
    const { note } = this.get(conversationId);
    const revision = Date.now();
    this.put(conversationId, { ...EMPTY, note, revision, saved: revision });
  }

  /** Saves at once, if there is anything to save. */
  async flush(conversationId: string): Promise<void> {
    clearTimeout(this.timers.get(conversationId));
    this.timers.delete(conversationId);
    const { text, files, revision, saved } = this.get(conversationId);
    if (revision <= saved || this.saving.has(conversationId)) return;
    this.saving.add(conversationId);
    const input = { conversationId, text, attachmentIds: files.map(({ id }) => id), revision };
    const { data, error } = await this.client.mutation(DraftSaveDocument, { input }).toPromise();
    this.saving.delete(conversationId);
    const local = this.get(conversationId);
    const fault = data?.draftSave.userErrors[0]?.message;
    if (data) this.put(conversationId, { ...local, saved: Math.max(local.saved, revision), refused: fault });
    if (error?.networkError) this.saveSoon(conversationId, RETRY_MS);
    else if (local.revision > revision) this.saveSoon(conversationId);
  }

  /** For a page that is about to be closed: a request that outlives it. At most 64 KB, the browser's limit. */
  flushAllBeforeLeaving(): void {
    for (const [conversationId, { text, files, revision, saved }] of this.drafts) {
      if (revision <= saved) continue;
      const input = { conversationId, text, attachmentIds: files.map(({ id }) => id), revision };
      const body = JSON.stringify({ query: SAVE_BEFORE_LEAVING, variables: { input } });
      const headers = { 'content-type': 'application/json', 'x-evenhand': '1' };
      // The copy in this browser stays until the next visit, so a request that fails here loses nothing.
      void fetch('/graphql', { method: 'POST', headers, body, keepalive: body.length < 60_000 }).catch(() => undefined);
    }
  }

  /** Throws away what was typed in a conversation that is gone. */
  forget(conversationId: string): void {
    clearTimeout(this.timers.get(conversationId));
    this.timers.delete(conversationId);
    this.put(conversationId, EMPTY);
  }

  /** Throws the copies in this browser away, for a sign-out that the person asked for. */
  forgetStored(): void {
    for (const key of Object.keys(localStorage)) if (key.startsWith(this.storageKey(''))) localStorage.removeItem(key);
  }

  private saveSoon(conversationId: string, pause = PAUSE_MS): void {
    // Not pushed back by further typing: what is typed is never older than a second.
    if (this.timers.has(conversationId)) return;
    const save = () => {
      this.timers.delete(conversationId);
      void this.flush(conversationId);
    };
    this.timers.set(conversationId, setTimeout(save, pause));
  }

  private put(conversationId: string, draft: LocalDraft): void {
    this.drafts.set(conversationId, draft);
    this.store(conversationId, draft);
    for (const listener of this.listeners) listener();
  }

  private storageKey(conversationId: string): string {
    return `evenhand.draft.${this.agentId}.${conversationId}`;
  }

  private store(conversationId: string, draft: LocalDraft): void {
    const key = this.storageKey(conversationId);
    const kept = draft.revision > draft.saved || draft.note !== '';
    try {
      if (kept) localStorage.setItem(key, JSON.stringify({ ...draft, refused: undefined }));
      else localStorage.removeItem(key);
    } catch {
      // The browser's store is full or forbidden: the copy on the server is the one that counts.
    }
  }

  private readStored(conversationId: string): LocalDraft | undefined {
    const stored = readStored(this.storageKey(conversationId), isDraft);
    return stored && { ...EMPTY, ...stored };
  }
}

function isDraft(value: unknown): value is Partial<LocalDraft> {
  const draft = value as Partial<LocalDraft> | null | undefined;
  return typeof draft === 'object' && draft !== null && typeof draft.text === 'string' && Array.isArray(draft.files);
}
