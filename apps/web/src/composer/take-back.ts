import { useNavigate } from '@tanstack/react-router';
import type { OpenConversation } from '../conversation/open-conversation';
import { useT } from '../language/language';
import { useTakeNext } from '../queue/take-next';
import { useToast } from '../ui/toasts';

/**
 * A reply that did not leave gives the customer back to their place in the queue. Who goes on with it takes the conversation back
 * first, in turn like any other: whoever has waited longer comes before.
 * @returns what does so and then acts, and whether it is under way. Acts at once where there is nothing to take.
 */
export function useTakeBack({ id, reference, wait, offer }: OpenConversation) {
  const t = useT();
  const toast = useToast();
  const navigate = useNavigate();
  const { takeAnd, taking } = useTakeNext();
  const queued = wait != null && !wait.end && !offer;

  const takeBack = (then: () => void) => {
    if (!queued) {
      then();
      return;
    }
    takeAnd((given) => {
      // one matter in two conversations is one wait: holding it is holding both
      if (given.id === id || given.wait?.id === wait.id) {
        then();
        return;
      }
      toast({ text: t('refused.otherFirst', { reference: given.reference, own: reference }) });
      void navigate({ to: '/c/$reference', params: { reference: given.reference }, search: {} });
    });
  };
  return { takeBack, taking };
}
