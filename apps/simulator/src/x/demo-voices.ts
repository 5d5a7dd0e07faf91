import type { Customer, Saying } from '../customers/customer';
import { pictureOfACard } from '../customers/picture';
import type { Voice } from '../customers/voice';
import { DEMO_HANDLE } from './demo';
import type { Happening } from './happening';
import type { XPlatform } from './platform';

/** What the customers post about the demo's handle, and their direct messages to it. References are ids of what was written. */
export function xVoices(platform: XPlatform, cast: readonly Customer[]): Voice[] {
  const people = new Map(cast.flatMap(({ id, x }) => (x ? [[x.username, id] as const] : [])));
  return [postVoice(platform, people), directVoice(platform, people)];
}

/** By username, the customer's id. */
type People = ReadonlyMap<string, string>;

function postVoice(platform: XPlatform, people: People): Voice {
  const write = async (
    customer: Customer,
    { text, picture }: Omit<Saying, 'place'>,
    inReplyTo: string | undefined,
    at: Date | undefined,
  ): Promise<string> => {
    const author = userOf(platform, customer);
    // whoever answers one's own post names nobody by that
    const names = inReplyTo === undefined || platform.world.post(inReplyTo).authorId === author;
    return platform.writePost({
      author,
      text: names ? `@${DEMO_HANDLE.username} ${text}` : text,
      ...(inReplyTo !== undefined && { inReplyTo }),
      ...(at && { at: at.getTime() }),
      ...(picture && { media: [upload(platform, author, 'tweet_image', picture)] }),
    }).postId;
  };
  return {
    place: 'post',
    isEmpty: () => platform.truth(DEMO_HANDLE.id).every(({ kind }) => kind !== 'post'),
    begin: (customer, saying, at) => write(customer, saying, undefined, at),
    goOn: (customer, ref, saying, at) => write(customer, saying, ref, at),
    listen: (hear) =>
      platform.onHappening((happening: Happening) => {
        if (happening.kind !== 'post.created' || happening.post.authorId !== DEMO_HANDLE.id) return;
        const { id, inReplyTo, inReplyToUserId } = happening.post;
        const customerId = customerOf(platform, people, inReplyToUserId);
        if (customerId === undefined || inReplyTo === undefined) return;
        hear({ customerId, ref: id, answers: [inReplyTo], like: () => platform.like(inReplyToUserId!, id) });
      }),
  };
}

function directVoice(platform: XPlatform, people: People): Voice {
  const write = async (
    customer: Customer,
    { text, picture }: Omit<Saying, 'place'>,
    at: Date | undefined,
  ): Promise<string> => {
    const from = userOf(platform, customer);
    return platform.writeDirect({
      from,
      to: DEMO_HANDLE.id,
      text,
      ...(at && { at: at.getTime() }),
      ...(picture && { media: [upload(platform, from, 'dm_image', picture)] }),
    }).directId;
  };
  return {
    place: 'direct',
    isEmpty: () => platform.truth(DEMO_HANDLE.id).every(({ kind }) => kind === 'post'),
    begin: write,
    goOn: (customer, _ref, saying, at) => write(customer, saying, at),
    listen: (hear) =>
      platform.onHappening((happening: Happening) => {
        if (happening.kind !== 'direct.written' || happening.direct.senderId !== DEMO_HANDLE.id) return;
        const { direct, conversation } = happening;
        if (conversation.group) return;
        const userId = conversation.participantIds.find((id) => id !== DEMO_HANDLE.id);
        const customerId = customerOf(platform, people, userId);
        if (customerId === undefined) return;
        const read = (): void => platform.readDirect(userId!, DEMO_HANDLE.id);
        hear({ customerId, ref: direct.id, answers: [], read });
      }),
  };
}

function userOf({ world }: XPlatform, { id, x }: Customer): string {
  const user = x && world.findUser(x.username);
  if (!user) throw new RangeError(`The customer "${id}" has no account on X.`);
  return user.id;
}

function customerOf({ world }: XPlatform, people: People, userId: string | undefined): string | undefined {
  return userId === undefined ? undefined : people.get(world.users.get(userId)?.username ?? '');
}

function upload(platform: XPlatform, userId: string, category: string, name: string): string {
  return platform.upload({ userId, category, name, mime: 'image/png', bytes: pictureOfACard() }).mediaId;
}
