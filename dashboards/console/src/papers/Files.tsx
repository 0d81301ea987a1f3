// A paper's two files, each taken by a button: what goes wrong, like a font that lacks a character, is told where it was asked for.

import { useState } from 'react'

import { ApiFailure } from '../api/client'
import { t } from '../words/language'
import { type Paper, take } from './api'

const FORMATS = ['docx', 'pdf'] as const

export function Files({ paper }: { paper: Paper }) {
  const [taking, setTaking] = useState<string | null>(null)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const get = async (format: (typeof FORMATS)[number]) => {
    setTaking(format)
    setFailure(null)
    try {
      await take(paper, format)
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
    } finally {
      setTaking(null)
    }
  }
  return (
    <>
      <span className="paper-files">
        {FORMATS.map((format) => (
          <button key={format} type="button" className="plain" data-format={format} disabled={taking !== null} aria-label={t(`下载 ${paper.number} ${format.toUpperCase()}`, `Download ${paper.number} as ${format.toUpperCase()}`)} onClick={() => void get(format)}>
            {taking === format ? t('正在生成…', 'Drawing') : format.toUpperCase()}
          </button>
        ))}
      </span>
      {failure && (
        <p className="voice-failure" role="alert">
          {t(failure.message, failure.en)}
        </p>
      )}
    </>
  )
}
