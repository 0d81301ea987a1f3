-- F7 移送线索未处理: a case was transferred to a body of the platform ({bodies}), and {span_days} days later, which fall into the month, that body had
-- neither taken it up nor refused it: in the case itself, in one that names it as its parent, or in one of the same party. A parent is named by its
-- number alone. The body has a system of its own as a rule, and names what another system numbered; where its own has a case of that number, it means that one.
WITH
scope AS
(
    SELECT source, case_no FROM events
    WHERE kind = 'transferred' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64})
      AND occurred_at < subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), {span_days:Int64})
    UNION ALL
    SELECT source, case_no FROM cases
    WHERE (closed_at IS NULL OR closed_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64}))
      AND opened_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
      AND ifNull(org_code, '') IN
          (SELECT transform(concat(source, char(10), JSONExtractString(data, 'attributes', 'receiver')), {their_orgs:Array(String)}, {our_orgs:Array(String)},
                            JSONExtractString(data, 'attributes', 'receiver')) FROM events
           WHERE kind = 'transferred' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64})
             AND occurred_at < subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), {span_days:Int64}))
),
-- told
-- kept
whose AS
(
    SELECT source, case_no, max(JSONExtractString(data, 'party_ref')) AS party,
           groupUniqArrayIf(JSONExtractString(data, 'parent_case_no'), JSONExtractString(data, 'parent_case_no') != '') AS parents,
           -- Many are decided and never closed.
           minOrNullIf(occurred_at, kind IN ('decided', 'closed') OR has({ways_to_end:Array(String)}, kind)) AS over_at,
           max(occurred_at) AS last_at
    FROM told GROUP BY source, case_no
),
handed AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.event_id AS event_id, t.occurred_at AS at, t.log_partition AS log_partition, t.log_offset AS log_offset,
           k.item AS item, k.org AS giver, w.party AS party,
           transform(concat(t.source, char(10), JSONExtractString(t.data, 'attributes', 'receiver')), {their_orgs:Array(String)}, {our_orgs:Array(String)},
                     JSONExtractString(t.data, 'attributes', 'receiver')) AS receiver
    FROM told AS t
    INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    INNER JOIN whose AS w ON w.source = t.source AND w.case_no = t.case_no
    WHERE t.kind = 'transferred' AND has({bodies:Array(String)}, receiver)
      AND t.occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64})
      AND t.occurred_at < subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), {span_days:Int64})
),
-- Who has a case of such a number.
numbered AS
(
    SELECT CAST(source, 'String') AS source, case_no FROM cases
    WHERE case_no IN (SELECT case_no FROM events
                      WHERE kind = 'transferred' AND occurred_at >= subtractDays(fromUnixTimestamp64Milli({from:Int64}, 'UTC'), {span_days:Int64})
                        AND occurred_at < subtractDays(fromUnixTimestamp64Milli({until:Int64}, 'UTC'), {span_days:Int64}))
),
taken_up AS
(
    SELECT t.source AS source, t.case_no AS case_no, t.occurred_at AS at, t.kind AS kind, w.over_at AS over_at, w.last_at AS last_at, if(t.org != '', t.org, k.org) AS org, w.party AS party, w.parents AS parents
    FROM told AS t
    INNER JOIN kept AS k ON k.source = t.source AND k.case_no = t.case_no
    INNER JOIN whose AS w ON w.source = t.source AND w.case_no = t.case_no
    WHERE t.kind IN ('accepted', 'not_accepted', 'filed', 'returned', 'transferred', 'decided', 'terminated', 'closed')
)
SELECT
    'case' AS subject_kind, h.source AS source, h.case_no AS key, any(h.item) AS item, h.receiver AS org, '' AS region, '' AS actor,
    toFloat64(1) AS measure, toUnixTimestamp64Milli(addDays(min(h.at), {span_days:Int64})) AS true_ms, '' AS level,
    [('giver', any(h.giver)), ('at', formatDateTime(min(h.at), '%Y-%m-%d', 'Asia/Shanghai')), ('days', toString({span_days:Int64}))] AS figures,
    toUInt64(1) AS total,
    [(h.source, h.case_no, argMin(h.event_id, h.at), toUnixTimestamp64Milli(min(h.at)), argMin(h.log_partition, h.at), argMin(h.log_offset, h.at), '移送')] AS rows
FROM handed AS h LEFT JOIN taken_up AS u ON u.org = h.receiver
GROUP BY h.source, h.case_no, h.receiver
-- Who names the case had it, even where the transfer was written down after that.
HAVING countIf(u.at < addDays(h.at, {span_days:Int64})
               AND (has(u.parents, h.case_no) AND (u.source = h.source OR (u.source, h.case_no) NOT IN (SELECT source, case_no FROM numbered))
                    OR u.at > h.at AND u.source = h.source AND u.case_no = h.case_no
                    -- Or it had a case of the party in hand, then or since: not one that was over before, and not one that had been left lying.
                    OR h.party != '' AND u.party = h.party AND (u.over_at IS NULL OR u.over_at > h.at)
                       AND (u.at > h.at OR u.kind IN ('filed', 'accepted') AND u.last_at >= subtractDays(h.at, {span_days:Int64})))) = 0
   AND measure >= {threshold:Float64}
