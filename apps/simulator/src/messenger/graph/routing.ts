import type { Chats } from '../chats';
import type { Thread } from '../model';
import { ownerOf } from '../webhooks/webhooks';
import { DAY, type World } from '../world';
import type { Call } from './call';
import { badParameter, GraphError, unknownObject } from './graph-error';

/** A thread that was passed stays with its app for so long after the last message. */
const OWNED_MS = DAY;
const MOST_EXTENSION_S = 7 * 24 * 3_600;

/** Conversation routing: which app has a thread, and how it changes hands. */
export class Routing {
  constructor(
    private readonly world: World,
    private readonly chats: Chats,
  ) {}

  /** `POST /{page}/{pass|take|release|request|extend}_thread_control`. */
  call(call: Call, pageId: string, verb: string): object {
    const { page, token } = call.page(pageId, 'pages_messaging');
    const thread = this.threadOf(page.id, call);
    const metadata = call.text('metadata');
    if (verb === 'pass') this.pass(thread, token.appId, call.needed('target_app_id'), metadata);
    else if (verb === 'release') this.release(thread, token.appId);
    else if (verb === 'take') this.take(thread, token.appId, metadata);
    else if (verb === 'request') this.request(thread, token.appId, metadata);
    else if (verb === 'extend') this.extend(thread, token.appId, Number(call.needed('duration')));
    else throw unknownObject(`${pageId}/${verb}_thread_control`);
    return { success: true };
  }

  /** `GET /{page}/thread_owner`. Who is not the owner is not told who is. */
  owner(call: Call, pageId: string): object {
    const { page, token } = call.page(pageId, 'pages_messaging');
    const thread = this.threadOf(page.id, call);
    const owner = ownerOf(thread, this.world.now());
    if (owner === undefined) return { data: [] };
    const expiration = Math.floor((thread.ownedUntil ?? 0) / 1_000);
    return { data: [{ thread_owner: { ...(owner === token.appId && { app_id: owner }), expiration } }] };
  }

  /** `thread_control` of the Send API. */
  control(thread: Thread, appId: string, control: Record<string, unknown>): void {
    if (control['control_type'] === 'release') this.release(thread, appId);
    else if (control['control_type'] === 'pass') this.pass(thread, appId, String(control['app_id']));
    else throw badParameter('Param thread_control[control_type] must be one of {pass, release}');
  }

  pass(thread: Thread, from: string | undefined, to: string, metadata?: string): void {
    const owner = ownerOf(thread, this.world.now());
    if (from !== undefined && owner !== undefined && owner !== from) throw notYours();
    this.give(thread, to);
    this.tell(thread, 'pass_thread_control', owner, to, metadata, to);
  }

  take(thread: Thread, by: string, metadata?: string): void {
    const owner = ownerOf(thread, this.world.now());
    this.give(thread, by);
    if (owner !== undefined) this.tell(thread, 'take_thread_control', owner, by, metadata, owner);
  }

  release(thread: Thread, by: string): void {
    if (ownerOf(thread, this.world.now()) !== by) throw notYours();
    delete thread.ownerAppId;
    delete thread.ownedUntil;
    this.world.threads.put(thread);
  }

  private request(thread: Thread, by: string, metadata?: string): void {
    const owner = ownerOf(thread, this.world.now());
    if (owner === undefined) return;
    const element = { requested_owner_app_id: BigInt(by), ...(metadata !== undefined && { metadata }) };
    this.chats.tell(
      thread,
      { field: 'messaging_handovers', onlyApp: owner },
      { timestamp: this.world.now(), request_thread_control: element },
    );
  }

  private extend(thread: Thread, by: string, seconds: number): void {
    if (ownerOf(thread, this.world.now()) !== by) throw notYours();
    if (!(seconds > 0 && seconds <= MOST_EXTENSION_S)) throw badParameter('Param duration must be at most 7 days');
    thread.ownedUntil = this.world.now() + seconds * 1_000;
    this.world.threads.put(thread);
  }

  private give(thread: Thread, to: string): void {
    thread.ownerAppId = to;
    thread.ownedUntil = this.world.now() + OWNED_MS;
    this.world.threads.put(thread);
  }

  private tell(
    thread: Thread,
    key: 'pass_thread_control' | 'take_thread_control',
    before: string | undefined,
    after: string,
    metadata: string | undefined,
    to: string,
  ): void {
    const element = {
      previous_owner_app_id: before ?? null,
      new_owner_app_id: after,
      ...(metadata !== undefined && { metadata }),
    };
    this.chats.tell(
      thread,
      { field: 'messaging_handovers', onlyApp: to },
      { timestamp: this.world.now(), [key]: element },
    );
  }

  private threadOf(pageId: string, call: Call): Thread {
    const given = call.params['recipient'];
    const plain = typeof given === 'string' && /^\d+$/.test(given);
    const psid = plain ? given : call.object('recipient')?.['id'];
    const thread = this.world.findThread(pageId, String(psid));
    if (!thread) throw badParameter('No matching user found', 2018001);
    return thread;
  }
}

function notYours(): GraphError {
  return new GraphError(2018300, '(#2018300) Another app is controlling this thread now.');
}
