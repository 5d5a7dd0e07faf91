import { useCallback } from 'react';
import { useClient } from 'urql';
import { ConversationDocument } from '../graphql/generated';
import { PAGE } from './open-conversation';

/** Reads an open conversation again, where what the page knows of it has turned out to be old. */
export function useReread(reference: string): () => void {
  const client = useClient();
  return useCallback(() => {
    const variables = { reference, last: PAGE, before: null };
    void client.query(ConversationDocument, variables, { requestPolicy: 'network-only' }).toPromise();
  }, [client, reference]);
}
