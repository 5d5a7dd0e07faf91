import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { OfferNextDocument, type OfferNextMutation } from '../graphql/generated';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';

/** What somebody was given by the queue. */
export type Given = NonNullable<OfferNextMutation['offerNext']['offer']>['conversation'];

/** Takes the head of the queue and opens it. Pressed twice, or repeated after a lost answer, it takes one. */
export function useTakeNext() {
  const t = useT();
  const times = useTimes();
  const toast = useToast();
  const navigate = useNavigate();
  const [, offerNext] = useMutation(OfferNextDocument);
  const [taking, setTaking] = useState(false);
  const key = useRef<string | null>(null);

  const takeAnd = useCallback(
    (then: (given: Given) => void) => {
      if (taking) return;
      setTaking(true);
      key.current ??= newKey();
      void offerNext({ input: { clientMutationId: key.current } }).then(({ data, error }) => {
        setTaking(false);
        if (error) {
          // The key stays: if the api took a wait and its answer was lost, the next press gives the same one.
          toast({ text: error.networkError ? t('fault.unreachable') : t('fault.pane'), tone: 'danger' });
          return;
        }
        key.current = null;
        const { offer, userErrors } = data!.offerNext;
        if (offer) {
          then(offer.conversation);
          return;
        }
        const fault = userErrors[0];
        if (fault?.__typename === 'NobodyWaitingError') {
          const last = fault.lastAnswerAt;
          toast({ text: last ? t('queue.empty', { time: times.when(last, Date.now()) }) : t('queue.emptyEver') });
        } else if (fault?.__typename === 'AtCapacityError') {
          toast({
            text: t('queue.capacity', { open: fault.open }),
            action: { label: () => t('queue.toMine'), act: () => void navigate({ to: '/mine' }) },
          });
        } else if (fault) {
          toast({ text: fault.message, tone: 'danger' });
        }
      });
    },
    [taking, offerNext, toast, navigate, t, times],
  );
  const take = useCallback(
    () => takeAnd(({ reference }) => void navigate({ to: '/c/$reference', params: { reference }, search: {} })),
    [takeAnd, navigate],
  );

  return { take, takeAnd, taking };
}
