import { useT } from '../language/language';
import { useTimes } from '../language/time';
import { FileIcon, ImageIcon } from '../ui/icons';
import style from './attachment-list.module.css';

interface Props {
  readonly attachments: readonly {
    readonly id: string;
    readonly fileName: string;
    readonly contentType: string;
    readonly byteSize: number;
    readonly url: string;
    readonly inline?: boolean;
  }[];
}

/** Files of a message. Those inside its HTML are shown there. */
export function AttachmentList({ attachments }: Props) {
  const t = useT();
  const times = useTimes();
  const listed = attachments.filter(({ inline }) => !inline);
  if (listed.length === 0) return null;
  return (
    <ul className={style.list} aria-label={t('message.files')}>
      {listed.map((file) => (
        <li key={file.id}>
          <a href={file.url} download={file.fileName} className={style.file}>
            {file.contentType.startsWith('image/') ? <ImageIcon /> : <FileIcon />}
            <bdi className={style.name}>{file.fileName}</bdi>
            <span className={style.size}>{times.bytes(file.byteSize)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
