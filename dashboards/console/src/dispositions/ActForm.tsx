// The form of one act: who signs, why, and what the act asks for besides. A refusal is shown where it was asked for.

import { Alert as Notice, AutoComplete, Button, Checkbox, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'

import { ApiFailure } from '../api/client'
import { clock } from '../api/clock'
import type { Names } from '../api/names'
import type { ObjectiveCause } from '../api/types'
import { inZoneOf } from '../format'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { CONCLUSIONS, OBJECTIVE_CAUSES, PROOFS, type Words } from '../words/codes'
import { say, t } from '../words/language'
import { EvidenceInput } from './EvidenceInput'
import { BodyInput, FormFrame, SignerFields, options } from './FormParts'
import { ACT_KINDS, type Act, type Field, fieldsOf } from './act-kinds'
import type { Said } from './send'
import { adminKeyStore, remember, signerStore } from './signer'

const TO_BODY = { zh: '督办对象', en: 'To' }
const TO: Partial<Record<Act, Words>> = { pass_up: { zh: '上级机构', en: 'To the body above' }, pass_on: { zh: '承办人', en: 'To whom' } }
const DUE_UNTIL = { zh: '延期至', en: 'Until' }
const DUE: Partial<Record<Act, Words>> = {
  order: { zh: '反馈期限', en: 'Answer due' },
  pass_on: { zh: '回报期限', en: 'Report due' },
  ask_extension: { zh: '申请延至', en: 'Asked until' },
}
const CHOOSE_TIME = { zh: '选择时间', en: 'Choose a time' }
const EMPTY_DUE: Partial<Record<Act, Words>> = {
  order: { zh: '不填则按默认期限', en: 'Empty: the usual term' },
  pass_on: { zh: '不填则与上一级同期', en: 'Empty: as what it hangs from' },
}

interface Props {
  act: Act
  names: Names
  /** To whom an order goes where nothing else is chosen. */
  to?: string
  /** Of many alerts: each order goes to the alert's own body where none is chosen. */
  many?: boolean
  /** Sends it; a refusal is an `ApiFailure`. */
  submit: (said: Said, adminKey: string) => Promise<void>
  cancel: () => void
}

interface Values {
  person?: string
  body?: string
  office?: string
  why: string
  conclusion?: string
  cause?: ObjectiveCause
  to?: string
  due_at?: Dayjs
  evidence?: string[]
  rectify?: boolean
  admin_key?: string
}

export default function ActForm(props: Props) {
  return (
    <FormFrame>
      <Fields {...props} />
    </FormFrame>
  )
}

function Fields({ act, names, to = '', many = false, submit: sendIt, cancel }: Props) {
  const kind = ACT_KINDS[act]
  const [form] = Form.useForm<Values>()
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const body = Form.useWatch('body', form) ?? signerStore.get().body
  const conclusion = Form.useWatch('conclusion', form)
  const cause = Form.useWatch('cause', form)
  const { person } = useStore(sessionStore)
  const needsKey = !person && (failure?.status === 401 || adminKeyStore.get() !== '')

  const submit = async (values: Values) => {
    const said = saidOf(values, fieldsOf(act, values.conclusion), person === null)
    if (said.who) remember(said.who)
    adminKeyStore.set(values.admin_key ?? '')
    setSending(true)
    setFailure(null)
    try {
      await sendIt(said, values.admin_key ?? '')
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
      setSending(false)
    }
  }

  const fields = fieldsOf(act, conclusion)
  const asked = (field: Field) => fields.includes(field)
  const must = (field: Field, message: string) => (kind.optional?.includes(field) ? [] : [{ required: true, message }])
  const orgs = options(names.tables.orgs)
  const start: Partial<Values> = { ...signerStore.get(), admin_key: adminKeyStore.get() }
  if (act === 'order' && to) start.to = to
  return (
    <Form<Values>
      form={form}
      className="act-form"
      layout="vertical"
      size="middle"
      name={act}
      initialValues={start}
      requiredMark={false}
      onFinish={(values) => void submit(values)}
    >
      {asked('conclusion') && (
        <Form.Item name="conclusion" label={t('结论', 'Conclusion')} rules={must('conclusion', t('请选择结论', 'Choose a conclusion'))}>
          <Select
            placeholder={t('客观原因、数据问题或者规则问题', 'Objective cause, data or rule')}
            options={(['objective', 'data', 'rule'] as const).map((value) => ({ value, label: say(CONCLUSIONS[value]) }))}
          />
        </Form.Item>
      )}
      {asked('cause') && (
        <Form.Item name="cause" label={t('客观原因的种类', 'Which cause')} rules={must('cause', t('请选择客观原因的种类', 'Choose which cause'))}>
          <Select
            placeholder={t('不属于所列情形的，不得认定为客观原因', 'None of these: no objective cause')}
            options={(Object.keys(OBJECTIVE_CAUSES) as ObjectiveCause[]).map((value) => ({ value, label: say(OBJECTIVE_CAUSES[value]) }))}
          />
        </Form.Item>
      )}
      {asked('to') && (
        <Form.Item name="to" label={say(TO[act] ?? TO_BODY)} rules={many ? [] : must('to', act === 'pass_on' ? t('请写明承办人', 'Say to whom') : t('请选择机构', 'Choose a body'))}>
          {act === 'pass_up' ? (
            <BodyInput names={names} />
          ) : act === 'pass_on' ? (
            <PersonInput names={names} />
          ) : (
            <Select showSearch={{ optionFilterProp: 'label' }} allowClear={many} options={orgs} placeholder={many ? t('各预警的责任机构', 'The body of each') : t('机构', 'Body')} />
          )}
        </Form.Item>
      )}
      {asked('due_at') && (
        <Form.Item name="due_at" label={say(DUE[act] ?? DUE_UNTIL)} rules={must('due_at', t('请选择时间', 'Choose a time'))}>
          <DatePicker showTime={{ format: 'HH:mm', defaultOpenValue: dayjs('18:00', 'HH:mm') }} format="YYYY-MM-DD HH:mm" placeholder={say(EMPTY_DUE[act] ?? CHOOSE_TIME)} />
        </Form.Item>
      )}
      <Form.Item name="why" className="wide" label={say(kind.why)} rules={[{ required: true, whitespace: true, message: t(`请写明${kind.why.zh}`, 'Say why') }]}>
        <Input.TextArea rows={3} maxLength={2000} />
      </Form.Item>
      {asked('rectify') && (
        <Form.Item name="rectify" className="wide" valuePropName="checked">
          <Checkbox>{t('须整改：报送整改结果并经验收通过后方可办结', 'Something has to be put right before it is closed')}</Checkbox>
        </Form.Item>
      )}
      {asked('evidence') && (
        <Form.Item name="evidence" className="wide" rules={must('evidence', t('请附证明材料', 'Add what proves it'))} label={t('证明材料（只报送文件的 SHA-256，文件本身不上传）', 'Evidence (only the SHA-256 of files is sent)')} extra={cause && asked('cause') && t('一般为：', 'Usually: ') + say(PROOFS[cause])}>
          <EvidenceInput />
        </Form.Item>
      )}
      <SignerFields names={names} body={body} needsKey={needsKey} />
      {failure && <Notice className="wide" type="error" showIcon title={t(failure.message, failure.status === 409 ? failure.message : failure.en)} />}
      <div className="wide act-submit">
        <Button type="primary" htmlType="submit" loading={sending}>
          {t(`提交${kind.zh}`, `Send: ${kind.en}`)}
        </Button>
        <Button onClick={cancel} disabled={sending}>
          {t('取消', 'Cancel')}
        </Button>
      </div>
    </Form>
  )
}

/** A person of the department by id; one whose post no list names is typed. */
function PersonInput({ names, ...given }: { names: Names }) {
  const people = Object.keys(names.tables.posts).map((value) => ({ value, label: names.officer(value) }))
  const found = (typed: string, option?: { value: string; label: string }) => Boolean(option?.label.includes(typed))
  return <AutoComplete {...given} allowClear options={people} showSearch={{ filterOption: found }} placeholder={t('人员编号或者岗位', 'Id or post')} />
}

function saidOf(values: Values, fields: readonly Field[], signs: boolean): Said {
  const said: Said = { why: values.why.trim() }
  if (signs) said.who = { person: values.person?.trim() ?? '', body: values.body ?? '', office: values.office?.trim() ?? '' }
  if (fields.includes('conclusion') && values.conclusion) said.conclusion = values.conclusion
  if (fields.includes('cause') && values.cause) said.cause = values.cause
  if (fields.includes('to') && values.to) said.to = values.to
  if (fields.includes('due_at') && values.due_at) said.due_at = inPlatformZone(values.due_at)
  if (fields.includes('rectify') && values.rectify) said.rectify = true
  if (fields.includes('evidence') && values.evidence?.length) said.evidence = values.evidence
  return said
}

/** What was chosen is the platform's wall time, wherever the reader's machine stands. */
function inPlatformZone(chosen: Dayjs): string {
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(clock.printed() ?? inZoneOf('+00:00', 0))?.[1] ?? '+08:00'
  return `${chosen.format('YYYY-MM-DDTHH:mm:00')}${zone}`
}
