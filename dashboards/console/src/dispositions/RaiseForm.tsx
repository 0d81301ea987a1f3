// The form of an alert that is raised by hand 人工预警: what it is called, how grave, by which article, why.

import { Alert as Notice, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'

import { ApiFailure } from '../api/client'
import type { Names } from '../api/names'
import { sessionStore } from '../people/session'
import { useStore } from '../store'
import { LEVELS } from '../words/codes'
import { say, t } from '../words/language'
import { EvidenceInput } from './EvidenceInput'
import { BodyInput, FormFrame, SignerFields } from './FormParts'
import type { Raised } from './send'
import { adminKeyStore, remember, signerStore } from './signer'

/** As in services/api/src/raising.rs. */
const TITLE_CHARS_MAX = 30
const BASIS_CHARS_MAX = 500

interface Props {
  names: Names
  subject: Raised['subject']
  /** Who answers for it where nobody else is named. */
  to: string
  /** Sends it; a refusal is an `ApiFailure`. */
  submit: (raised: Raised, adminKey: string) => Promise<void>
  cancel: () => void
}

interface Values {
  person?: string
  body?: string
  office?: string
  title: string
  level: string
  legal_basis: string
  to?: string
  why: string
  evidence?: string[]
  admin_key?: string
}

export default function RaiseForm(props: Props) {
  return (
    <FormFrame>
      <Fields {...props} />
    </FormFrame>
  )
}

function Fields({ names, subject, to, submit: sendIt, cancel }: Props) {
  const [form] = Form.useForm<Values>()
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const body = Form.useWatch('body', form) ?? signerStore.get().body
  const { person } = useStore(sessionStore)
  const needsKey = !person && (failure?.status === 401 || adminKeyStore.get() !== '')

  const submit = async (values: Values) => {
    const { title, level, legal_basis, why, evidence } = values
    const raised: Raised = { subject, title: title.trim(), level, legal_basis: legal_basis.trim(), why: why.trim() }
    if (!person) {
      raised.who = { person: values.person?.trim() ?? '', body: values.body ?? '', office: values.office?.trim() ?? '' }
      remember(raised.who)
    }
    if (values.to) raised.to = values.to
    if (evidence?.length) raised.evidence = evidence
    adminKeyStore.set(values.admin_key ?? '')
    setSending(true)
    setFailure(null)
    try {
      await sendIt(raised, values.admin_key ?? '')
    } catch (error) {
      setFailure(error instanceof ApiFailure ? error : new ApiFailure(0, String(error), String(error)))
      setSending(false)
    }
  }

  const start: Partial<Values> = { ...signerStore.get(), admin_key: adminKeyStore.get(), to }
  return (
    <Form<Values> form={form} className="act-form" layout="vertical" size="middle" name="raise" initialValues={start} requiredMark={false} onFinish={(values) => void submit(values)}>
      <Form.Item
        name="title"
        label={t('预警名称', 'Title')}
        rules={[
          { required: true, whitespace: true, message: t('请写明预警名称', 'Name it') },
          { pattern: /^[^：]*$/, message: t('预警名称不用冒号', 'No colon') },
        ]}
      >
        <Input maxLength={TITLE_CHARS_MAX} placeholder={t('如 超范围检查', 'In a few words')} />
      </Form.Item>
      <Form.Item name="level" label={t('级别', 'Level')} rules={[{ required: true, message: t('请选择级别', 'Choose a level') }]}>
        <Select placeholder={t('级别', 'Level')} options={(['notice', 'yellow', 'red'] as const).map((value) => ({ value, label: say(LEVELS[value]) }))} />
      </Form.Item>
      <Form.Item name="to" label={t('责任机构', 'Who answers for it')}>
        <BodyInput names={names} />
      </Form.Item>
      <Form.Item name="legal_basis" className="wide" label={t('依据', 'Legal basis')} rules={[{ required: true, whitespace: true, message: t('请写明依据的条款', 'Name the article') }]}>
        <Input maxLength={BASIS_CHARS_MAX} placeholder={t('法律、法规、规章的名称和条款', 'Law and article')} />
      </Form.Item>
      <Form.Item name="why" className="wide" label={t('事实与理由', 'Facts and reasons')} rules={[{ required: true, whitespace: true, message: t('请写明事实与理由', 'Say why') }]}>
        <Input.TextArea rows={3} maxLength={2000} placeholder={t('何时、何人、发现什么', 'When, who, what was found')} />
      </Form.Item>
      <Form.Item name="evidence" className="wide" label={t('证明材料（只报送文件的 SHA-256，文件本身不上传）', 'Evidence (only the SHA-256 of files is sent)')}>
        <EvidenceInput />
      </Form.Item>
      <SignerFields names={names} body={body} needsKey={needsKey} />
      {failure && <Notice className="wide" type="error" showIcon title={t(failure.message, failure.status === 409 ? failure.message : failure.en)} />}
      <div className="wide act-submit">
        <Button type="primary" htmlType="submit" loading={sending}>
          {t('提出人工预警', 'Raise the alert')}
        </Button>
        <Button onClick={cancel} disabled={sending}>
          {t('取消', 'Cancel')}
        </Button>
      </div>
    </Form>
  )
}
