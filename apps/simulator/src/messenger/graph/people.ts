import type { Chats } from '../chats';
import type { Files } from '../files';
import type { Person, Thread } from '../model';
import { HOUR, type World } from '../world';
import type { Call } from './call';
import { selected } from './conversations';
import { fieldSelection } from './field-selection';
import { badParameter, GraphError, unknownObject } from './graph-error';

/** Address of a picture of a person works for so long. */
const PICTURE_MS = HOUR;
/** Largest file that can be uploaded; images sent by address have 8 MB. */
const MOST_BYTES = 25 * 1024 * 1024;
const MEDIA = ['image', 'audio', 'video', 'file'];

/** What a Page may know of a person. */
export function profile(call: Call, thread: Thread, person: Person, world: World, chats: Chats, files: Files): object {
  const { token } = call.page('me', 'pages_messaging');
  if (thread.pageId !== token.pageId || thread.wroteAt === undefined) throw unknownObject(thread.psid);
  const fields = fieldSelection(call.text('fields') ?? 'first_name,last_name,profile_pic');
  switch (person.profile) {
    case 'empty':
      return {};
    case 'refused':
      throw new GraphError(2018218, '(#2018218) There is no profile available for this user.');
    case 'forbidden':
      throw new GraphError(2018247, '(#2018247) Insufficient permission to access user profile.');
    default: {
      const [first = '', ...rest] = person.name.split(' ');
      return selected(thread.psid, fields, {
        first_name: () => first,
        ...(person.profile === 'full' && {
          name: () => person.name,
          last_name: () => rest.join(' '),
          locale: () => (person.language === 'fr' ? 'fr_FR' : 'en_GB'),
          profile_pic: () => {
            const { id } = files.add({ name: 'face.png', mime: 'image/png', bytes: Buffer.from('a face') });
            return files.address(chats.origin, id, PICTURE_MS);
          },
        }),
      });
    }
  }
}

/** `POST /{page}/message_attachments`: a file to be sent, as multipart. */
export function upload(call: Call, pageId: string, files: Files): object {
  const { page } = call.page(pageId, 'pages_messaging');
  const attachment = call.object('message')?.['attachment'] as { type?: unknown } | undefined;
  const type = attachment?.type;
  if (typeof type !== 'string' || !MEDIA.includes(type)) throw badParameter('Invalid attachment type', 2018047);
  const { file } = call;
  if (!file) throw badParameter('Failed to fetch the file from the url', 2018008);
  if (file.bytes.length > MOST_BYTES) throw badParameter('Attachment size exceeds allowable limit', 2018109);
  if (type !== 'file' && !file.mime.startsWith(`${type}/`)) throw badParameter('Upload attachment failure.', 2018047);
  return { attachment_id: files.add({ ...file, pageId: page.id, type }).id };
}
