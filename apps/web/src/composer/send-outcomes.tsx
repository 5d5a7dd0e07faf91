import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useT } from '../language/language';
import { useTakeNext } from '../queue/take-next';
import { useViewer } from '../session/session';
import { useToast } from '../ui/toasts';
import { refusals } from './faults';
import type { Outcome } from './outbox';
import { useWriting } from './writing';

/** Tells how sending ended, wherever one is by then. What was refused goes back to where it was typed. */
export function SendOutcomes() {
  const t = useT();
  const toast = useToast();
  const { drafts, outbox } = useWriting();
  const { take } = useTakeNext();
  const { counters } = useViewer();
  const navigate = useNavigate();

  useEffect(() => {
    const sent = ({ item, fault, ...outcome }: Outcome) => {
      if (fault || item.as === 'note') return;
      const reference = 'elsewhere' in outcome ? outcome.elsewhere : undefined;
      if (reference) {
        const open = () => void navigate({ to: '/c/$reference', params: { reference }, search: {} });
        toast({ text: t('send.doneElsewhere', { reference }), action: { label: () => t('send.open'), act: open } });
        return;
      }
      const more = item.replyKind !== 'HOLDING' && counters.waiting > 0;
      if (more)
        toast({ text: t('send.doneNext'), action: { label: () => t('queue.nextShort'), act: take, shortcut: 'N' } });
      else toast({ text: t(item.replyKind === 'HOLDING' ? 'send.doneHolding' : 'send.done') });
    };
    return outbox.onEnd((outcome) => {
      const { item, fault } = outcome;
      if (!fault) {
        sent(outcome);
        return;
      }
      if (item.as === 'note') {
        drafts.editNote(item.conversationId, joined(item.text, drafts.get(item.conversationId).note));
        toast({ text: fault.message, tone: 'danger' });
        return;
      }
      const now = drafts.get(item.conversationId);
      const files = [...item.files, ...now.files.filter(({ id }) => !item.files.some((file) => file.id === id))];
      drafts.edit(item.conversationId, { text: joined(item.text, now.text), files });
      refusals.set(item.conversationId, { item, fault });
    });
  }, [outbox, drafts, toast, take, t, navigate, counters.waiting]);

  return null;
}

/** What came back, and after it what has been typed since. */
function joined(returned: string, typed: string): string {
  return typed.trim() === '' ? returned : `${returned}\n\n${typed}`;
}
