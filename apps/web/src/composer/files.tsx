import { useRef, useState, type ReactNode } from 'react';
import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { IconButton } from '../ui/button';
import { CloseIcon, FileIcon, PaperclipIcon } from '../ui/icons';
import { newKey } from '../ui/key';
import { useToast } from '../ui/toasts';
import { upload } from './upload';
import { useDraft, useWriting } from './writing';
import style from './files.module.css';

/** The api's own limits. */
const MOST = 20;
const LARGEST = 25 * 1024 * 1024;

interface Upload {
  readonly key: string;
  readonly name: string;
  readonly share: number;
  readonly abort: () => void;
}

export interface Uploads {
  readonly running: readonly Upload[];
  readonly busy: boolean;
  readonly add: (files: readonly File[]) => void;
  readonly button: ReactNode;
}

export function useUploads(conversationId: string, maxBytes = LARGEST): Uploads {
  const t = useT();
  const times = useTimes();
  const toast = useToast();
  const { drafts } = useWriting();
  const [running, setRunning] = useState<readonly Upload[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const limit = Math.min(maxBytes, LARGEST);

  const addOne = async (file: File) => {
    if (file.size > limit) {
      toast({ text: t('files.large', { name: file.name, limit: times.bytes(limit) }), tone: 'danger' });
      return;
    }
    const key = newKey();
    const { done, abort } = upload(file, (share) =>
      setRunning((all) => all.map((each) => (each.key === key ? { ...each, share } : each))),
    );
    setRunning((all) => [...all, { key, name: file.name, share: 0, abort }]);
    const result = await done;
    setRunning((all) => all.filter((each) => each.key !== key));
    if ('file' in result) {
      drafts.edit(conversationId, { files: [...drafts.get(conversationId).files, result.file] });
    } else {
      toast({ text: t(`files.${result.refused}`, { name: file.name, limit: times.bytes(limit) }), tone: 'danger' });
    }
  };
  const add = (files: readonly File[]) => {
    const room = MOST - drafts.get(conversationId).files.length - running.length;
    if (files.length > room) toast({ text: t('files.tooMany', { n: MOST }), tone: 'danger' });
    for (const file of files.slice(0, Math.max(0, room))) void addOne(file);
  };

  const button = (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          add([...(target.files ?? [])]);
          target.value = '';
        }}
      />
      <IconButton label={t('files.add')} onPress={() => input.current?.click()}>
        <PaperclipIcon />
      </IconButton>
    </>
  );
  return { running, busy: running.length > 0, add, button };
}

/** Files of the draft, and those on their way. */
export function FileChips({ conversationId, uploads }: { readonly conversationId: string; readonly uploads: Uploads }) {
  const t = useT();
  const times = useTimes();
  const { drafts } = useWriting();
  const { files } = useDraft(conversationId);
  if (files.length === 0 && !uploads.busy) return null;
  return (
    <ul className={style.chips} aria-label={t('message.files')}>
      {files.map((file) => (
        <li key={file.id} className={style.chip}>
          <FileIcon size={16} />
          <bdi className={style.name}>{file.fileName}</bdi>
          <span className={style.size}>{times.bytes(file.byteSize)}</span>
          <IconButton
            label={t('files.remove', { name: file.fileName })}
            onPress={() => drafts.edit(conversationId, { files: files.filter(({ id }) => id !== file.id) })}
          >
            <CloseIcon size={16} />
          </IconButton>
        </li>
      ))}
      {uploads.running.map(({ key, name, share, abort }) => (
        <li key={key} className={style.chip}>
          <FileIcon size={16} />
          <bdi className={style.name}>{name}</bdi>
          <progress max={1} value={share} aria-label={t('files.uploading', { name })} />
          <IconButton label={t('files.remove', { name })} onPress={abort}>
            <CloseIcon size={16} />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
