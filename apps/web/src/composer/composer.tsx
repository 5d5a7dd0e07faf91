import { useEffect, useRef, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { OpenConversation } from '../conversation/open-conversation';
import { useReread } from '../conversation/reread';
import { asSeen, seen } from '../conversation/seen';
import type { ReplyKind, Visibility } from '../graphql/generated';
import type { MessageKey } from '../language/en';
import { useT } from '../language/language';
import { useViewer } from '../session/session';
import { useShortcut } from '../shell/shortcuts';
import { Button } from '../ui/button';
import { newKey } from '../ui/key';
import { AnsweredThere } from './answered-there';
import { AudienceSwitch } from './audience';
import { blockOf } from './blocked';
import { CollisionPanel } from './collision-panel';
import { DraftStatus } from './draft-status';
import { refusals, useRefusal } from './faults';
import { FileChips, useUploads } from './files';
import { LengthMeter } from './length-meter';
import { isEncryptedNow } from './refused';
import { RefusedNotice } from './refused-notice';
import { ReplyField } from './reply-field';
import { replyLimits } from './reply-limits';
import { ReplyKindPicker } from './reply-kind-picker';
import { useRefusedReply } from './use-refused-reply';
import { useTextLength } from './use-text-length';
import { WindowClosed } from './window-closed';
import { useWindow, WindowLine } from './window-line';
import { useDraft, useWriting } from './writing';
import style from './composer.module.css';

type Mode = 'reply' | 'note';

/** Where one writes to the customer or to colleagues. The two never look alike. */
export function Composer({ conversation }: { readonly conversation: OpenConversation }) {
  const t = useT();
  const { drafts, outbox } = useWriting();
  const { agent } = useViewer();
  const { id, account } = conversation;
  const draft = useDraft(id);
  const refusal = useRefusal(id);
  const [mode, setMode] = useState<Mode>('reply');
  const [replyKind, setReplyKind] = useState<ReplyKind>('ANSWER');
  const field = useRef<HTMLTextAreaElement>(null);
  const uploads = useUploads(id, account.maxAttachmentBytes ?? undefined);
  const [uploadAwaited, setUploadAwaited] = useState(false);
  const [audience, setAudience] = useState<Visibility>(conversation.visibility);
  const [anyway, setAnyway] = useState(false);
  const window = useWindow(conversation);
  const reread = useReread(conversation.reference);

  const isPublic = conversation.visibility === 'PUBLIC';
  const inPrivate = isPublic && audience === 'PRIVATE';
  const elsewhere = isEncryptedNow(conversation);
  const closed = elsewhere || (window.kind === 'closed' && !anyway);
  const limits = replyLimits(conversation, audience);
  const block = blockOf(conversation);
  const text = mode === 'reply' ? draft.text : draft.note;
  const measured = useTextLength(draft.text, limits.most, limits.counting);
  const overFrom = mode === 'reply' ? measured?.overFrom : undefined;
  const tooLong = overFrom !== undefined;
  const empty = text.trim() === '' && (mode === 'note' || draft.files.length === 0);
  const refusesFiles = !limits.files && draft.files.length > 0;
  const refusesMixture = inPrivate && draft.files.length > (text.trim() === '' ? 1 : 0);
  const blocked = block !== undefined || closed || tooLong || refusesFiles || refusesMixture;
  // Never in public what was meant for one person.
  const noWayThere = inPrivate && !conversation.canAnswerInPrivate;
  const disabled = empty || (mode === 'reply' && (blocked || noWayThere || uploads.busy));

  const focusAs = (wanted: Mode) => {
    setMode(wanted);
    requestAnimationFrame(() => field.current?.focus());
  };
  useShortcut('r', () => focusAs('reply'));
  useShortcut('m', () => focusAs('note'));
  useEffect(() => () => void drafts.flush(id), [drafts, id]);
  useEffect(() => {
    if (!refusal) return;
    setReplyKind(refusal.item.replyKind);
    if (refusal.item.inPrivate) setAudience('PRIVATE');
    // What the page knew of the platform's rules was old.
    if (/^(ReplyWindowClosed|PrivateReplyUnavailable)Error$/.test(refusal.fault.__typename)) reread();
  }, [refusal, reread]);
  const refused = useRefusedReply(conversation, agent.id, setAudience);
  useEffect(() => {
    if (!uploads.busy) setUploadAwaited(false);
  }, [uploads.busy]);
  useEffect(() => {
    if (window.kind !== 'closed') setAnyway(false);
  }, [window.kind]);

  const send = (upTo = seen.upTo(conversation)) => {
    if (mode === 'reply' && uploads.busy) setUploadAwaited(true);
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
      inPrivate,
      anyway,
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
    setAudience(conversation.visibility);
    setAnyway(false);
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
      data-audience={isPublic && mode === 'reply' ? audience : undefined}
      aria-label={t(mode === 'reply' ? 'composer.reply' : 'composer.note')}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0 || mode === 'note') return;
        event.preventDefault();
        if (limits.files && !closed) uploads.add([...event.dataTransfer.files]);
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
        {refusal && !collision && !closed && mode === 'reply' && (
          <p className={style.refusal} role="alert">
            {refusal.fault.message}
          </p>
        )}
        {refused && mode === 'reply' && (
          <RefusedNotice
            conversation={conversation}
            refused={refused}
            onWrite={(readers) => {
              setAudience(readers);
              focusAs('reply');
            }}
          />
        )}
        {block && mode === 'reply' && !(refused && block.key === 'block.notSent') && (
          <p className={style.block}>{t(block.key, block.values)}</p>
        )}
        {mode === 'reply' && <WindowLine window={window} />}
        {mode === 'reply' && anyway && <p className={style.block}>{t('window.judge')}</p>}
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
              !closed && <ReplyKindPicker value={replyKind} onChange={setReplyKind} />
            )}
          </div>
          <TabPanel key={mode} id={mode} className={style.panel}>
            {mode === 'reply' && elsewhere ? (
              <AnsweredThere conversation={conversation} />
            ) : mode === 'reply' && closed ? (
              <WindowClosed
                conversation={conversation}
                uploads={uploads}
                onTry={() => {
                  setAnyway(true);
                  focusAs('reply');
                }}
              />
            ) : (
              <>
                {isPublic && mode === 'reply' && (
                  <AudienceSwitch
                    value={audience}
                    canBePrivate={account.privateReply ? conversation.canAnswerInPrivate : undefined}
                    onChange={setAudience}
                  />
                )}
                <ReplyField
                  field={field}
                  value={text}
                  overFrom={overFrom}
                  lang={mode === 'reply' ? (conversation.language ?? undefined) : undefined}
                  aria-label={t(mode === 'reply' ? 'composer.replyField' : 'composer.noteField')}
                  placeholder={t(mode === 'note' ? 'composer.noteHint' : hintOf(conversation.visibility, audience))}
                  onChange={({ target }) =>
                    mode === 'reply' ? drafts.edit(id, { text: target.value }) : drafts.editNote(id, target.value)
                  }
                  onBlur={() => void drafts.flush(id)}
                  onPaste={(event) => {
                    if (mode === 'reply' && limits.files && event.clipboardData.files.length > 0) {
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
                {mode === 'reply' && (
                  <p className={style.waits} role="status">
                    {uploadAwaited && uploads.busy && t('files.wait')}
                    {refusesFiles && t('files.notInPublic')}
                    {refusesMixture && t('files.oneInPrivate')}
                  </p>
                )}
                <div className={style.bottom}>
                  {mode === 'reply' && limits.files && uploads.button}
                  <DraftStatus draft={draft} mode={mode} />
                  {mode === 'reply' && (
                    <LengthMeter text={text} measured={measured} files={draft.files.length} limits={limits} />
                  )}
                  <Button look="primary" className={style.send} onPress={() => send()} isDisabled={disabled}>
                    {t(mode === 'note' ? 'composer.addNote' : sendWords(conversation.visibility, audience, replyKind))}
                  </Button>
                </div>
              </>
            )}
          </TabPanel>
        </Tabs>
      </div>
    </section>
  );
}

function hintOf(visibility: Visibility, audience: Visibility): MessageKey {
  if (visibility === 'PRIVATE') return 'composer.replyHint';
  return audience === 'PUBLIC' ? 'composer.publicHint' : 'composer.privateHint';
}

function sendWords(visibility: Visibility, audience: Visibility, kind: ReplyKind): MessageKey {
  if (visibility === 'PRIVATE') return `composer.send.${kind}`;
  return audience === 'PUBLIC' ? `composer.publish.${kind}` : `composer.sendPrivate.${kind}`;
}
