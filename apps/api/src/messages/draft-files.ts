import { isUuid } from '../graphql/cursor';
import type { Operation } from '../graphql/operation';
import { invalid } from '../graphql/user-errors';

/** Most files of one message. */
export const MOST_ATTACHMENTS = 20;

/** What is wrong with a list of files, if anything. Whether they exist is found out where they are used. */
export function faultOfFiles(ids: readonly string[], { words }: Operation) {
  if (ids.length > MOST_ATTACHMENTS) return invalid(['attachmentIds'], words.tooManyAttachments(MOST_ATTACHMENTS));
  return ids.every(isUuid) ? undefined : invalid(['attachmentIds'], words.unknownAttachment);
}
