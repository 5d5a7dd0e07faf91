import { sha256 } from './read/keys';

/*
 * What a copy of something we sent has in common with it where it carries no mark of ours: comments never do, and messages do
 * not in the lists of the Conversations API.
 */

/** A message of the Page to a person. Facebook changes white space, and may compose characters. */
export function messageFingerprint(person: string, text: string, files: number): string {
  return `message:${person}:${sha256(`${plainText(text)}\n${files}`)}`;
}

/** A comment of the Page in answer to another one. */
export function commentFingerprint(parent: string, text: string): string {
  return `comment:${parent}:${sha256(text.trim())}`;
}

/** The text as it is the same on both sides. */
export function plainText(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, ' ').trim();
}
