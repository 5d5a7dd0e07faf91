import { useNavigate } from '@tanstack/react-router';
import { useMutation } from 'urql';
import { OfferDeclineDocument, type DeclineReason } from '../graphql/generated';
import { useT } from '../language/language';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';
import { ReasonMenu } from './reason-menu';

const REASONS: readonly DeclineReason[] = [
  'LANGUAGE_MISSING',
  'SUBJECT_MISSING',
  'KNOWS_THE_CUSTOMER',
  'CUSTOMER_ASKED_FOR_SOMEONE_ELSE',
  'TOO_DISTRESSING',
  'LEAVING',
  'TECHNICAL_FAULT',
];

/** Gives the wait back to the queue, where it keeps its place. */
export function GiveBack({ offerId }: { readonly offerId: string }) {
  const t = useT();
  const toast = useToast();
  const navigate = useNavigate();
  const [, decline] = useMutation(OfferDeclineDocument);

  const giveBack = async (reason: DeclineReason) => {
    const { data, error } = await decline({ input: { offerId, reason, clientMutationId: newKey() } });
    const fault = error ? t('fault.notDone') : data?.offerDecline.userErrors[0]?.message;
    if (fault) {
      toast({ text: fault, tone: 'danger' });
      return;
    }
    toast({ text: t('decline.done') });
    void navigate({ to: '/queue' });
  };

  return (
    <ReasonMenu
      label={t('decline.action')}
      shortcut="B"
      explanation={t('decline.why')}
      reasons={REASONS}
      nameOf={(reason) => t(`decline.${reason}`)}
      onChoose={(reason) => void giveBack(reason)}
    />
  );
}
