// A draft's flowchart on a canvas: drawn, saved into the draft, and told what of the drawing is not enforced.

import { useEffect, useRef, useState } from 'react'

import { ApiFailure } from '../api/client'
import { Placeholder } from '../components/pieces'
import { FlowchartModeler, type ModelledStep } from '../chart/modeler'
import type { Draft } from '../lists/model'
import { useStore } from '../store'
import { themeStore } from '../theme'
import { languageStore, t } from '../words/language'
import { SignForm } from './SignForm'
import { drawing, saveDrawing } from './api'
import type { DrawingNote, Saved } from './model'

interface Props {
  draft: Draft
  /** It may be changed by whoever looks at it. */
  editable: boolean
  changed: (draft: Draft) => void
}

export default function CanvasEditor({ draft, editable, changed }: Props) {
  const theme = useStore(themeStore)
  const box = useRef<HTMLDivElement>(null)
  const [canvas, setCanvas] = useState<FlowchartModeler | null>(null)
  const [failure, setFailure] = useState<Error | null>(null)
  const [tried, setTried] = useState(0)
  const [chosen, setChosen] = useState<ModelledStep | null>(null)
  /** How often something was changed, and how often it had been when it was saved. */
  const [changes, setChanges] = useState(0)
  const [saved, setSaved] = useState<{ changes: number; answer: Saved } | null>(null)
  // What is open stays open whatever becomes of the draft: it is what will be saved.
  const [colours] = useState(theme)

  useEffect(() => {
    const asked = new AbortController()
    let opened: FlowchartModeler | null = null
    const open = async () => {
      const xml = await drawing(draft.id, asked.signal)
      if (!box.current || asked.signal.aborted) return
      opened = await FlowchartModeler.open(box.current, xml, languageStore.get() === 'zh', { changed: () => setChanges((n) => n + 1), chosen: setChosen })
      if (asked.signal.aborted) return opened.destroy()
      setCanvas(opened)
    }
    setFailure(null)
    open().catch((error: unknown) => {
      if (!asked.signal.aborted) setFailure(error instanceof Error ? error : new Error(String(error)))
    })
    return () => {
      asked.abort()
      opened?.destroy()
      setCanvas(null)
      setChosen(null)
      setChanges(0)
    }
  }, [draft.id, colours, tried])

  if (failure) {
    return <Placeholder state="failed" words={{ zh: `流程图未能载入：${failure.message}`, en: `The flowchart could not be loaded: ${failure instanceof ApiFailure ? failure.en : ''}` }} retry={() => setTried(tried + 1)} />
  }
  const unsaved = changes > (saved?.changes ?? 0)
  return (
    <div className="canvas-editor" id="canvas" data-open={canvas ? draft.id : undefined} data-unsaved={unsaved}>
      <div className="flowchart-controls" role="group" aria-label={t('画布', 'Canvas')}>
        <button type="button" className="plain" disabled={!editable || !canvas?.canUndo} onClick={() => canvas?.undo()}>
          {t('撤销', 'Undo')}
        </button>
        <button type="button" className="plain" disabled={!editable || !canvas?.canRedo} onClick={() => canvas?.redo()}>
          {t('重做', 'Redo')}
        </button>
        <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.zoom(true)}>
          {t('放大', 'Closer')}
        </button>
        <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.zoom(false)}>
          {t('缩小', 'Farther')}
        </button>
        <button type="button" className="plain" disabled={!canvas} onClick={() => canvas?.whole()}>
          {t('全图', 'All of it')}
        </button>
        {unsaved && <b className="unsaved">{t('有改动尚未保存', 'Not saved yet')}</b>}
      </div>
      <div className="canvas-columns">
        <div className="canvas-box" ref={box} inert={!editable} />
        <aside className="canvas-side" aria-label={t('环节', 'Steps')}>
          {canvas && <StepPanel key={chosen?.id ?? ''} canvas={canvas} chosen={chosen} editable={editable} />}
        </aside>
      </div>
      {editable ? (
        <>
          <p className="sub">
            {t(
              '图上没有的内容（时限、监察点、特别程序）随图保留；删去环节的，请在“文本”中一并删去引用它的时限和监察点。从画布保存会重新排列文本，注释不保留。',
              'What is not drawn (limits, control points) stays. Saving writes the text anew, without comments.',
            )}
          </p>
          <SignForm
            act={t('保存到草案', 'Save into the draft')}
            content={() => String(changes)}
            disabled={!canvas || !unsaved}
            submit={async (sending) => {
              if (!canvas) return
              const now = changes
              const answer = await saveDrawing(draft.id, await canvas.xml(), sending)
              setSaved({ changes: now, answer })
              changed(answer.draft)
            }}
          />
        </>
      ) : (
        <p className="nothing">{t('草案现在不得改动，或者本账号不起草', 'It may not be changed now, or not by this account')}</p>
      )}
      {saved && <Report answer={saved.answer} />}
    </div>
  )
}

function StepPanel({ canvas, chosen, editable }: { canvas: FlowchartModeler; chosen: ModelledStep | null; editable: boolean }) {
  const [name, setName] = useState(chosen?.name ?? '')
  const [code, setCode] = useState('')
  const [next, setNext] = useState('')
  useEffect(() => setName(chosen?.name ?? ''), [chosen?.name])
  const steps = canvas.steps()
  const words = (step: ModelledStep) => step.name || step.code || step.id
  return (
    <>
      <label>
        <span>{t('环节', 'Step')}</span>
        <select name="step" value={chosen?.id ?? ''} onChange={(e) => e.target.value && canvas.choose(e.target.value)}>
          <option value="">{t('在图上点选，或者在此选择', 'Choose on the canvas or here')}</option>
          {steps.map((step) => (
            <option key={step.id} value={step.id}>
              {words(step)}
            </option>
          ))}
        </select>
      </label>
      {chosen && (
        <>
          <label>
            <span>{t('名称', 'Name')}</span>
            <input name="step-name" value={name} maxLength={200} disabled={!editable} onChange={(e) => setName(e.target.value)} onBlur={() => name !== chosen.name && canvas.rename(chosen.id, name)} />
          </label>
          {chosen.code ? (
            <p className="sub">
              {t('代码', 'Code')} <code>{chosen.code}</code>
              <br />
              {t('办件按代码报送，公布后不变', 'Cases name the step by it: it stays')}
            </p>
          ) : (
            <label>
              <span>{t('代码（不填则由名称产生）', 'Code (empty: from the name)')}</span>
              <input name="step-code" value={code} maxLength={60} pattern="[A-Za-z0-9_-]*" disabled={!editable} onChange={(e) => setCode(e.target.value)} onBlur={() => code && canvas.encode(chosen.id, code)} />
            </label>
          )}
          <button type="button" className="plain" data-canvas="append" disabled={!editable} onClick={() => canvas.choose(canvas.append(chosen.id))}>
            {t('在其后增加环节', 'Add a step behind it')}
          </button>
          <label>
            <span>{t('连到', 'Connect to')}</span>
            <select name="next" value={next} disabled={!editable} onChange={(e) => setNext(e.target.value)}>
              <option value="">{t('选择环节', 'Choose a step')}</option>
              {steps
                .filter((step) => step.id !== chosen.id)
                .map((step) => (
                  <option key={step.id} value={step.id}>
                    {words(step)}
                  </option>
                ))}
            </select>
          </label>
          <button
            type="button"
            className="plain"
            data-canvas="connect"
            disabled={!editable || !next}
            onClick={() => {
              canvas.connect(chosen.id, next)
              setNext('')
            }}
          >
            {t('连线', 'Connect')}
          </button>
          <button type="button" className="plain" data-canvas="remove" disabled={!editable} onClick={() => canvas.remove(chosen.id)}>
            {t('删除环节', 'Delete the step')}
          </button>
        </>
      )}
    </>
  )
}

/** What of the drawing is enforced, and what is not. */
function Report({ answer }: { answer: Saved }) {
  return (
    <section className="drawing-report" id="drawing-report" aria-label={t('保存结果', 'What was saved')}>
      <p role="status">
        <b>
          {answer.unchanged
            ? t('只移动了图形，流程没有改变；图形位置已保存', 'Only shapes were moved; they are kept')
            : t('已保存到草案', 'Saved into the draft')}
        </b>{' '}
        {answer.notes.length === 0 ? t('图中内容全部纳入监察。', 'All that is drawn is enforced.') : t('图中以下内容不按所画纳入监察：', 'Not enforced as drawn:')}
      </p>
      {answer.notes.length > 0 && (
        <table className="cases-table small-table">
          <thead>
            <tr>
              {[t('元素', 'Element'), t('程度', 'How far'), t('含义', 'What it means')].map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {answer.notes.map((note, place) => (
              <NoteRow key={place} note={note} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function NoteRow({ note }: { note: DrawingNote }) {
  return (
    <tr data-coverage={note.coverage}>
      <th scope="row">
        {note.name ?? note.element}
        <span className="sub">{[note.name && note.element, note.id].filter(Boolean).join(' ')}</span>
      </th>
      <td>{note.coverage_zh}</td>
      <td>{t(note.meaning_zh, note.meaning_en)}</td>
    </tr>
  )
}
