// Files that prove something: only their hashes are sent. Where the browser can compute them it does; else they are typed.

import { Input } from 'antd'
import { useState } from 'react'

import { t } from '../words/language'

interface Props {
  /** Given by the form. */
  id?: string
  value?: string[]
  onChange?: (hashes: string[]) => void
}

const HASH = /^[0-9a-f]{64}$/

export function EvidenceInput({ id, value = [], onChange }: Props) {
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  // Browsers hash for pages that came over TLS or from this machine only.
  const canHash = globalThis.isSecureContext && Boolean(globalThis.crypto?.subtle)
  const add = (hashes: string[]) => onChange?.([...new Set([...value, ...hashes])])
  const take = (text: string) => {
    const hash = text.trim().toLowerCase()
    setWrong(hash !== '' && !HASH.test(hash))
    setTyped(text)
    if (!HASH.test(hash)) return
    add([hash])
    setTyped('')
  }
  return (
    <div className="evidence-input">
      {canHash && <input type="file" multiple aria-label={t('选择文件', 'Choose files')} onChange={async (event) => add(await hashesOf(event.target.files))} />}
      <Input
        {...(id ? { id } : {})}
        value={typed}
        status={wrong ? 'error' : ''}
        placeholder={t('或填写 64 位十六进制摘要值', 'or 64 hexadecimal digits')}
        onChange={(event) => take(event.target.value)}
      />
      <ul>
        {value.map((hash) => (
          <li key={hash}>
            <code>{hash}</code>
            <button type="button" className="plain" aria-label={t(`移除 ${hash}`, `Remove ${hash}`)} onClick={() => onChange?.(value.filter((other) => other !== hash))}>
              ✕
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

async function hashesOf(files: FileList | null): Promise<string[]> {
  const hash = async (file: File) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  }
  return Promise.all([...(files ?? [])].map(hash))
}
