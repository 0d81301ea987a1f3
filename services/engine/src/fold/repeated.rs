//! What was asked of a party more than once.

use super::{Context, Taken};
use crate::condition::Attr;
use crate::history::Event;
use crate::rules::Repeated;

impl Taken<'_> {
    /// The first such event, where this one makes them too many.
    pub(super) fn repeats(&self, check: &Repeated) -> Option<u32> {
        let context = self.context;
        let up_to = context.history.up_to(self.event.place);
        let mut first = None;
        // What was demanded so far; none where somebody did not say.
        let mut demanded = Some(Vec::new());
        let mut counted = 0;
        let mut counts = false;
        for event in up_to.filter(|e| context.marks(e) & check.event != 0) {
            counts = match check.new_in {
                None => true,
                Some(attribute) => {
                    let list = demands(&event, attribute, context);
                    let new = is_new(demanded.as_deref(), list.as_deref());
                    demanded = demanded.zip(list).map(|(mut known, list)| {
                        known.extend(list);
                        known
                    });
                    first.is_none() || new
                }
            };
            first = first.or(Some(event.place));
            counted += u32::from(counts);
        }
        first.filter(|_| counts && counted > u32::from(check.more_than))
    }
}

fn is_new(demanded: Option<&[String]>, list: Option<&[String]>) -> bool {
    match (demanded, list) {
        (Some(known), Some(list)) => list.iter().any(|d| !known.contains(d)),
        _ => false,
    }
}

fn demands(event: &Event<'_>, attribute: u16, context: &Context<'_>) -> Option<Vec<String>> {
    let Attr::Text(list) = context.carried(event, attribute)? else {
        return None;
    };
    let parts = list.split([',', '，', '、', ';', '；']);
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    Some(parts.map(str::to_owned).collect())
}
