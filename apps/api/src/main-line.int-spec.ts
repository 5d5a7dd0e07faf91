import { minutesAgo, RunningApi, type SeededWorkspace } from '../../../test/support/running-api';

let api: RunningApi;
let nord: SeededWorkspace;

beforeAll(async () => {
  api = await RunningApi.start();
  nord = await api.workspace('Nord');
  await nord.agent('lea@nord.example');
});
afterAll(() => api.stop());

interface Offered {
  readonly offerNext: {
    readonly offer: {
      readonly entry: number;
      readonly conversation: { readonly id: string; readonly timeline: { readonly nodes: { readonly id: string }[] } };
    };
    readonly userErrors: unknown[];
  };
}

it('gives the one who has waited longest, shows it, and answers it', async () => {
  await nord.arrive([
    { from: 'second@c.example', name: 'Second Person', text: 'and mine?', at: minutesAgo(5) },
    { from: 'first@c.example', name: 'First Person', text: 'my parcel?', at: minutesAgo(9), subject: 'Parcel' },
  ]);
  const lea = await api.signedIn('lea@nord.example');

  const { offerNext } = await lea.call<Offered>(/* GraphQL */ `
    mutation {
      offerNext(input: { clientMutationId: "take" }) {
        offer {
          entry
          wait {
            state
          }
          conversation {
            id
            opened
            subject
            preview
            timeline(first: 10) {
              nodes {
                __typename
                id
                ... on Message {
                  text
                  actor {
                    displayName
                  }
                }
              }
            }
          }
        }
        userErrors {
          message
        }
      }
    }
  `);

  expect(offerNext.userErrors).toEqual([]);
  const { conversation, entry } = offerNext.offer;
  expect(entry).toBeGreaterThan(0);
  expect(conversation).toMatchObject({ opened: true, subject: 'Parcel', preview: 'my parcel?' });

  const answered = await lea.call(
    /* GraphQL */ `
      mutation ($id: ID!, $seen: ID!) {
        messageSend(input: { conversationId: $id, text: "On its way.", seenUpTo: $seen, clientMutationId: "send" }) {
          message {
            text
            send {
              state
            }
            clientMutationId
          }
          wait {
            state
            end {
              kind
              by {
                displayName
              }
            }
          }
          conversation {
            wait {
              id
            }
          }
          userErrors {
            message
          }
        }
        queue: noteCreate(input: { conversationId: $id, text: "Told her.", clientMutationId: "note" }) {
          note {
            text
            actor {
              displayName
            }
          }
          userErrors {
            message
          }
        }
      }
    `,
    { id: conversation.id, seen: conversation.timeline.nodes[0]!.id },
  );

  expect(answered).toEqual({
    messageSend: {
      message: { text: 'On its way.', send: { state: 'QUEUED' }, clientMutationId: 'send' },
      wait: { state: 'ENDED', end: { kind: 'ANSWERED', by: { displayName: 'lea' } } },
      conversation: { wait: null },
      userErrors: [],
    },
    queue: { note: { text: 'Told her.', actor: { displayName: 'lea' } }, userErrors: [] },
  });
});

it('says that there is something newer, and keeps what was written as a draft', async () => {
  await nord.agent('max@nord.example');
  const max = await api.signedIn('max@nord.example');
  const { offerNext } = await max.call<Offered>(
    'mutation { offerNext(input: { clientMutationId: "1" }) { offer { entry conversation { id timeline(first: 1) { nodes { id } } } } userErrors { message } } }',
  );
  const { id } = offerNext.offer.conversation;
  const seen = offerNext.offer.conversation.timeline.nodes[0]!.id;
  await max.call(
    'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "half an ans", revision: 7 }) { draft { revision } userErrors { message } } }',
    { id },
  );
  await max.call(
    'mutation ($id: ID!) { draftSave(input: { conversationId: $id, text: "older tab", revision: 3 }) { draft { revision } userErrors { message } } }',
    { id },
  );
  await nord.arrive([
    {
      from: 'second@c.example',
      text: 'forget it',
      at: new Date(),
      threading: { references: [{ kind: 'conversation', id }] },
    },
  ]);

  const result = await max.call(
    /* GraphQL */ `
      mutation ($id: ID!, $seen: ID!) {
        messageSend(input: { conversationId: $id, text: "Done.", seenUpTo: $seen, clientMutationId: "2" }) {
          message {
            id
          }
          userErrors {
            __typename
            message
            ... on CollisionError {
              newerItems {
                ... on Message {
                  text
                }
              }
            }
          }
          conversation {
            draft {
              text
            }
          }
        }
        noReplyNeeded(input: { conversationId: $id, reason: THANKS, seenUpTo: $seen, clientMutationId: "3" }) {
          userErrors {
            __typename
          }
        }
      }
    `,
    { id, seen },
  );

  expect(result).toMatchObject({
    messageSend: {
      message: null,
      userErrors: [{ __typename: 'CollisionError', newerItems: [{ text: 'forget it' }] }],
    },
    noReplyNeeded: { userErrors: [{ __typename: 'CollisionError' }] },
  });
  const after = await max.call('{ conversations(view: MINE) { nodes { draft { text revision } wait { state } } } }');
  expect(after).toEqual({
    conversations: { nodes: [{ draft: { text: 'half an ans', revision: 7 }, wait: { state: 'TAKEN' } }] },
  });
});

it('ends a wait that asks nothing of us, and takes it back within ten seconds only', async () => {
  const max = await api.signedIn('max@nord.example');
  const { conversations } = await max.call<{
    conversations: {
      nodes: { id: string; wait: { id: string; waitingSince: string }; timeline: { nodes: { id: string }[] } }[];
    };
  }>('{ conversations(view: MINE) { nodes { id wait { id waitingSince } timeline(last: 1) { nodes { id } } } } }');
  const { id, wait, timeline } = conversations.nodes[0]!;
  const dismiss = (key: string) =>
    max.call<{ noReplyNeeded: { undoUntil: string } }>(
      'mutation ($id: ID!, $seen: ID!, $key: String!) { noReplyNeeded(input: { conversationId: $id, reason: NOT_FOR_US, seenUpTo: $seen, clientMutationId: $key }) { undoUntil wait { state end { kind dismissal } } userErrors { __typename } } }',
      { id, seen: timeline.nodes[0]!.id, key },
    );
  const undo = (key: string) =>
    max.call(
      'mutation ($wait: ID!, $key: String!) { noReplyNeededUndo(input: { waitId: $wait, clientMutationId: $key }) { wait { waitingSince end { kind } } userErrors { __typename } } }',
      { wait: wait.id, key },
    );

  expect(await dismiss('a')).toMatchObject({
    noReplyNeeded: { wait: { state: 'ENDED', end: { kind: 'DISMISSED', dismissal: 'NOT_FOR_US' } }, userErrors: [] },
  });
  expect(await undo('b')).toMatchObject({
    noReplyNeededUndo: { wait: { waitingSince: wait.waitingSince, end: null }, userErrors: [] },
  });
  await dismiss('c');
  api.clock.advance(11_000);
  expect(await undo('d')).toMatchObject({ noReplyNeededUndo: { userErrors: [{ __typename: 'UndoExpiredError' }] } });
});
