import { useEffect, useRef, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { OpenConversation } from '../conversation/open-conversation';
import { asSeen, seen } from '../conversation/seen';
import type { ReplyKind } from '../graphql/generated';
import { useT } from '../language/language';
import { useShortcut } from '../shell/shortcuts';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import { blockOf } from './blocked';
import { CollisionPanel } from './collision-panel';
import { DraftStatus } from './draft-status';
import { refusals, useRefusal } from './faults';
import { FileChips, useUploads } from './files';
import { ReplyKindPicker } from './reply-kind-picker';
import { useDraft, useWriting } from './writing';
import style from './composer.module.css';

type Mode = 'reply' | 'note';

/** The meter shows itself when so much of the room is used. */
const METER_FROM = 0.8;

/** Where one writes to the customer or to colleagues. The two never look alike. */
export function Composer({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { drafts, outbox } = useWriting();
  const { id, account } = conversation;
  const draft = useDraft(id);
  const refusal = useRefusal(id);
  const [mode, setMode] = useState<Mode>('reply');
  const [replyKind, setReplyKind] = useState<ReplyKind>('ANSWER');
  const field = useRef<HTMLTextAreaElement>(null);
  const uploads = useUploads(id, account.maxAttachmentBytes ?? undefined);

  const block = blockOf(conversation);
  const text = mode === 'reply' ? draft.text : draft.note;
  const tooLong = mode === 'reply' && account.maxLength != null && text.length > account.maxLength;
  const empty = text.trim() === '' && (mode === 'note' || draft.files.length === 0);
  const disabled = empty || tooLong || (mode === 'reply' && (block !== undefined || uploads.busy));

  const focusAs = (wanted: Mode) => {
    setMode(wanted);
    requestAnimationFrame(() => field.current?.focus());
  };
  useShortcut('r', () => focusAs('reply'));
  useShortcut('m', () => focusAs('note'));
  useGrowth(field, text);
  useEffect(() => () => void drafts.flush(id), [drafts, id]);
  useEffect(() => {
    if (refusal) setReplyKind(refusal.item.replyKind);
  }, [refusal]);

  const send = (upTo = seen.upTo(conversation)) => {
    if (disabled || !upTo) return;
    const writtenAt = new Date().toISOString();
    const files = mode === 'reply' ? draft.files : [];
    outbox.send({
      key: newKey(),
      as: mode,
      conversationId: id,
      text: text.trim(),
      files,
      replyKind,
      ...upTo,
      writtenAt,
    });
    refusals.set(id, undefined);
    if (mode === 'note') {
      drafts.editNote(id, '');
      return;
    }
    drafts.clear(id);
    setReplyKind('ANSWER');
    // Out of the field, so that N takes the next customer.
    document.querySelector<HTMLElement>('#thread [data-pane-focus]')?.focus({ preventScroll: true });
  };

  const collision = refusal?.fault.__typename === 'CollisionError' ? refusal.fault.newerItems : undefined;
  return (
    <section
      className={style.composer}
      id="composer"
      data-pane=""
      data-mode={mode}
      aria-label={t(mode === 'reply' ? 'composer.reply' : 'composer.note')}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0 || mode === 'note') return;
        event.preventDefault();
        uploads.add([...event.dataTransfer.files]);
      }}
    >
      <div className={style.inner}>
        {collision && collision.length > 0 && (
          <CollisionPanel
            items={collision}
            onSendAnyway={() => send(asSeen(collision.at(-1)!))}
            onEdit={() => {
              refusals.set(id, undefined);
              field.current?.focus();
            }}
          />
        )}
        {refusal && !collision && mode === 'reply' && (
          <p className={style.refusal} role="alert">
            {refusal.fault.message}
          </p>
        )}
        {block && mode === 'reply' && <p className={style.block}>{t(block.key, block.values)}</p>}
        <Tabs className={style.box} selectedKey={mode} onSelectionChange={(key) => setMode(key as Mode)}>
          <div className={style.top}>
            <TabList aria-label={t('composer.mode')} className={style.tabs}>
              <Tab id="reply" className={style.tab}>
                {t('composer.reply')}
              </Tab>
              <Tab id="note" className={style.tab}>
                {t('composer.note')}
              </Tab>
            </TabList>
            {mode === 'note' ? (
              <span className={style.only}>{t('note.onlyTeam')}</span>
            ) : (
              <ReplyKindPicker value={replyKind} onChange={setReplyKind} />
            )}
          </div>
          <TabPanel key={mode} id={mode} className={style.panel}>
            <textarea
              ref={field}
              className={style.field}
              dir="auto"
              rows={3}
              value={text}
              spellCheck
              lang={mode === 'reply' ? (conversation.language ?? undefined) : undefined}
              aria-label={t(mode === 'reply' ? 'composer.replyField' : 'composer.noteField')}
              placeholder={t(mode === 'reply' ? 'composer.replyHint' : 'composer.noteHint')}
              onChange={({ target }) =>
                mode === 'reply' ? drafts.edit(id, { text: target.value }) : drafts.editNote(id, target.value)
              }
              onBlur={() => void drafts.flush(id)}
              onPaste={(event) => {
                if (mode === 'reply' && event.clipboardData.files.length > 0) {
                  event.preventDefault();
                  uploads.add([...event.clipboardData.files]);
                }
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
                  event.preventDefault();
                  send();
                } else if (event.key === 'Escape') {
                  event.currentTarget.blur();
                }
              }}
            />
            {mode === 'reply' && <FileChips conversationId={id} uploads={uploads} />}
            <div className={style.bottom}>
              {mode === 'reply' && uploads.button}
              <DraftStatus draft={draft} mode={mode} />
              {mode === 'reply' && account.maxLength != null && text.length > account.maxLength * METER_FROM && (
                <span className={style.meter} data-over={tooLong || undefined}>
                  {t(tooLong ? 'composer.tooLong' : 'composer.length', {
                    over: text.length - account.maxLength,
                    n: text.length,
                    limit: account.maxLength,
                  })}
                </span>
              )}
              <Button look="primary" className={style.send} onPress={() => send()} isDisabled={disabled}>
                {t(mode === 'note' ? 'composer.addNote' : `composer.send.${replyKind}`)}
              </Button>
            </div>
          </TabPanel>
        </Tabs>
      </div>
    </section>
  );
}

/** The field is as tall as its text, up to a third of the window. */
function useGrowth(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [field, text]);
}
