// The modeler's own words in Chinese. What is not here stays as the library says it.

const WORDS: Record<string, string> = {
  'Activate hand tool': '移动画布',
  'Activate lasso tool': '框选',
  'Activate create/remove space tool': '增减空白',
  'Activate global connect tool': '连线',
  'Create start event': '开始',
  'Create intermediate/boundary event': '中间事件、边界事件',
  'Create end event': '结束',
  'Create gateway': '网关（分支、并行）',
  'Create task': '环节',
  'Create data object reference': '数据对象',
  'Create data store reference': '数据存储',
  'Create expanded sub-process': '子流程',
  'Create pool/participant': '泳池',
  'Create group': '分组',
  'Append task': '在其后增加环节',
  'Append end event': '在其后结束',
  'Append gateway': '在其后分支',
  'Append intermediate/boundary event': '在其后增加事件',
  'Add text annotation': '批注',
  'Add lane above': '在上方增加泳道',
  'Add lane below': '在下方增加泳道',
  'Divide into two lanes': '分为两条泳道',
  'Divide into three lanes': '分为三条泳道',
  'Change element': '更换类型',
  'Connect to other element': '连到另一元素',
  Delete: '删除',
  Task: '任务',
  'User task': '人工任务',
  'Exclusive gateway': '排他网关（择一）',
  'Parallel gateway': '并行网关（同时）',
  'Inclusive gateway': '包容网关',
  'Event-based gateway': '事件网关',
  'Search in diagram': '在图中查找',
}

/** As diagram-js asks: `{name}` in a text is replaced. */
export function modelerWords(chinese: boolean) {
  return (template: string, replacements: Record<string, string> = {}) =>
    ((chinese && WORDS[template]) || template).replace(/{([^}]+)}/g, (_, name: string) => replacements[name] ?? `{${name}}`)
}
