import { Refused, Uncertain, type OutboundMessage, type SendReceipt } from '@app/channel';
import { field, list, xIdOf } from './answer';
import { pathOf, type XAnswer, type XCall } from './client';
import type { Handle } from './config';
import { timeOfId } from './ids';
import { maySeemRepeated } from './look-up';
import { uploadFile, type UploadParts } from './media';
import { directThread } from './read/keys';
import { bodyOf, preparedRequest, type PreparedRequest } from './write';

/**
 * Sends one prepared request, once.
 * @throws the errors of `Connector.send`; `Uncertain` where X may have taken it and did not say so.
 */
export async function sendPrepared(
  prepared: Buffer,
  outbound: OutboundMessage,
  handle: Handle,
  parts: UploadParts,
): Promise<SendReceipt> {
  const { client } = parts;
  const request = preparedRequest(prepared);
  const place = placeOf(request);
  if (request.files.length > 0) client.expectRoom(handle, place.endpoint);
  const mediaIds: string[] = [];
  for (const file of request.files) {
    mediaIds.push(await uploadFile(file, request.kind === 'post' ? 'tweet' : 'dm', handle, parts));
  }
  const call: XCall = { method: 'POST', ...place, json: bodyOf(request, mediaIds) };
  if (request.kind === 'post') {
    const answer = await client.asHandle(handle, call).catch(async (error: unknown) => {
      throw await whenDuplicate(error, outbound, handle, parts);
    });
    return receiptOf(postIds(answer), undefined);
  }
  const id = xIdOf(field(field((await client.asHandle(handle, call)).body, 'data'), 'dm_event_id'));
  const isFirst = outbound.privateReplyTo !== null && 'person' in request.to;
  return receiptOf(id === undefined ? [] : [id], isFirst ? directThread(request.to.person) : undefined);
}

/**
 * X takes a text once: said of something that was sent before, the first sending may have gone through although nobody said so.
 * Then it is to be looked up; else it is another answer of ours that has the same words.
 */
async function whenDuplicate(
  error: unknown,
  outbound: OutboundMessage,
  handle: Handle,
  { client }: UploadParts,
): Promise<unknown> {
  if (!(error instanceof Refused) || error.code !== 'DUPLICATE') return error;
  const there = await maySeemRepeated(outbound, handle, client);
  return there ? new Uncertain(`X has it already: ${error.message}`, { cause: error }) : error;
}

function placeOf(request: PreparedRequest): Pick<XCall, 'path' | 'endpoint'> {
  if (request.kind === 'post') return { path: '/2/tweets', endpoint: 'POST /2/tweets' };
  if ('group' in request.to) {
    return {
      path: pathOf('2', 'dm_conversations', request.to.group, 'messages'),
      endpoint: 'POST /2/dm_conversations/:id/messages',
    };
  }
  return {
    path: pathOf('2', 'dm_conversations', 'with', request.to.person, 'messages'),
    endpoint: 'POST /2/dm_conversations/with/:id/messages',
  };
}

function postIds({ body }: XAnswer): string[] {
  const data = field(body, 'data');
  const id = xIdOf(field(data, 'id'));
  const history = ['edit_history_tweet_ids', 'edit_history_post_ids'].flatMap((name) =>
    list(field(data, name)).flatMap((one) => xIdOf(one) ?? []),
  );
  return id === undefined ? [] : [...new Set([id, ...history])];
}

function receiptOf(nativeIds: readonly string[], threadKey: string | undefined): SendReceipt {
  const [id] = nativeIds;
  if (id === undefined) throw new Uncertain('X answered without the id of what was sent.');
  const platformAt = timeOfId(id);
  return {
    nativeIds,
    ...(threadKey === undefined ? {} : { threadKey }),
    ...(platformAt === undefined ? {} : { platformAt }),
  };
}
