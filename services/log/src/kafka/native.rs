//! What the safe client lacks, asked of librdkafka itself: a flush that keeps flushing, the end that the last fetch
//! told, topics' ids, and headers by whatever name. The only unsafe code of this crate; every pointer lives within one function.

#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::ClientContext;
use rdkafka::bindings as rd;
use rdkafka::client::Client;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::types::RDKafkaErrorCode;

/// Sends everything that was enqueued, and waits until all of it is delivered or refused. False when time was up first.
///
/// The client's own `flush` asks librdkafka with a timeout of nothing, again and again; between the questions
/// its threads see no flush and keep to `linger.ms`, which here is meant never to end.
pub(super) fn flush<C: ClientContext>(client: &Client<C>, timeout: Duration) -> bool {
    // SAFETY: the client outlives the call and its handle may be used from any thread. Reports are taken by another thread.
    let answer = unsafe { rd::rd_kafka_flush(client.native_ptr(), millis(timeout)) };
    answer == rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
}

/// The partition's end as the last fetch of this consumer was told it; asks nobody.
pub(super) fn fetched_end<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    partition: i32,
) -> Option<u64> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (0, 0);
    // SAFETY: as above; the name and both numbers live until the call returns.
    let answer = unsafe {
        rd::rd_kafka_get_watermark_offsets(
            client.native_ptr(),
            topic.as_ptr(),
            partition,
            &mut low,
            &mut high,
        )
    };
    let known = answer == rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
    u64::try_from(high).ok().filter(|_| known)
}

/// The headers of a record, but for those without a value. The client's own reader of headers panics where a name is not UTF-8,
/// and anybody may write such a record.
pub(super) fn headers(message: &BorrowedMessage<'_>) -> Vec<(String, Bytes)> {
    let mut headers = Vec::new();
    let mut all = ptr::null_mut();
    // SAFETY: the message is alive; what it gives belongs to it and is copied before this returns.
    unsafe {
        let answer = rd::rd_kafka_message_headers(message.ptr(), &mut all);
        if answer != rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            return headers;
        }
        for at in 0..rd::rd_kafka_header_cnt(all) {
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            let answer = rd::rd_kafka_header_get_all(all, at, &mut name, &mut value, &mut size);
            let there = answer == rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
            if !there || value.is_null() {
                continue;
            }
            let name = CStr::from_ptr(name).to_string_lossy().into_owned();
            let value = std::slice::from_raw_parts(value.cast::<u8>(), size);
            headers.push((name, Bytes::copy_from_slice(value)));
        }
    }
    headers
}

/// A topic as the cluster knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The id that it was given when it was created; 0 if the brokers know no ids.
    pub id: u128,
    /// How many partitions it has.
    pub partitions: usize,
}

/// What the cluster says of topics, by name: nothing for one that does not exist, or why it does not say.
pub(super) type Described = BTreeMap<String, KafkaResult<Option<Shape>>>;

/// The ids that the cluster gave these topics when they were created; a topic that does not exist has none. 0 is the
/// answer of a broker that knows no ids.
pub(super) fn topic_ids<C: ClientContext>(
    client: &Client<C>,
    topics: &[&str],
    timeout: Duration,
) -> KafkaResult<BTreeMap<String, Option<u128>>> {
    let all = describe(client, topics, timeout)?.into_iter();
    all.map(|(name, shape)| Ok((name, shape?.map(|shape| shape.id))))
        .collect()
}

/// As [`topic_ids`], with the number of partitions, and one topic that we may not know of hides no other.
pub(super) fn describe<C: ClientContext>(
    client: &Client<C>,
    topics: &[&str],
    timeout: Duration,
) -> KafkaResult<Described> {
    let names: Vec<CString> = topics
        .iter()
        .map(|name| CString::new(*name))
        .collect::<Result<_, _>>()?;
    let mut pointers: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
    let deadline = Instant::now() + timeout;
    // SAFETY: what is made here is destroyed here, in the order librdkafka asks for; it copies the names. The event, and
    // with it the descriptions, lives until it has been read.
    unsafe {
        let handle = client.native_ptr();
        let queue = rd::rd_kafka_queue_new(handle);
        let collection =
            rd::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
        let options = rd::rd_kafka_AdminOptions_new(
            handle,
            rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
        );
        rd::rd_kafka_AdminOptions_set_request_timeout(options, millis(timeout), ptr::null_mut(), 0);
        rd::rd_kafka_DescribeTopics(handle, collection, options, queue);
        rd::rd_kafka_AdminOptions_destroy(options);
        rd::rd_kafka_TopicCollection_destroy(collection);
        // A little longer than the request itself, which answers with its own timeout.
        let patience = deadline.saturating_duration_since(Instant::now()) + Duration::from_secs(1);
        let event = rd::rd_kafka_queue_poll(queue, millis(patience));
        let answer = if event.is_null() {
            Err(KafkaError::AdminOp(RDKafkaErrorCode::OperationTimedOut))
        } else {
            let answer = described(event);
            rd::rd_kafka_event_destroy(event);
            answer
        };
        rd::rd_kafka_queue_destroy(queue);
        answer
    }
}

/// Reads a DescribeTopics result.
///
/// # Safety
/// The event is alive.
unsafe fn described(event: *mut rd::rd_kafka_event_t) -> KafkaResult<Described> {
    // SAFETY: the caller keeps the event alive, and everything read here belongs to it.
    unsafe {
        let failure = RDKafkaErrorCode::from(rd::rd_kafka_event_error(event));
        if failure != RDKafkaErrorCode::NoError {
            return Err(KafkaError::AdminOp(failure));
        }
        let result = rd::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return Err(KafkaError::AdminOp(RDKafkaErrorCode::BadMessage));
        }
        let mut count = 0;
        let descriptions = rd::rd_kafka_DescribeTopics_result_topics(result, &mut count);
        let mut shapes = BTreeMap::new();
        for at in 0..count {
            let topic = *descriptions.add(at);
            let name = CStr::from_ptr(rd::rd_kafka_TopicDescription_name(topic));
            let error = rd::rd_kafka_error_code(rd::rd_kafka_TopicDescription_error(topic));
            let shape = match RDKafkaErrorCode::from(error) {
                RDKafkaErrorCode::NoError => {
                    let id = rd::rd_kafka_TopicDescription_topic_id(topic);
                    let high = rd::rd_kafka_Uuid_most_significant_bits(id).cast_unsigned();
                    let low = rd::rd_kafka_Uuid_least_significant_bits(id).cast_unsigned();
                    let mut partitions = 0;
                    rd::rd_kafka_TopicDescription_partitions(topic, &mut partitions);
                    Ok(Some(Shape {
                        id: u128::from(high) << 64 | u128::from(low),
                        partitions,
                    }))
                }
                RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => {
                    Ok(None)
                }
                failure => Err(KafkaError::AdminOp(failure)),
            };
            shapes.insert(name.to_string_lossy().into_owned(), shape);
        }
        Ok(shapes)
    }
}

fn millis(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}
