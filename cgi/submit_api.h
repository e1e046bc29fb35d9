// New messages: GET and POST /s.py, POST /v1/messages, to one recipient or to
// many.
#pragma once

#include "cgi/api.h"
#include "cgi/fan_out.h"

namespace smsweb {

// The paper's call: rcpt and msg in the query, or in a form.
Step SubmitByForm(const Request& request, const Client& client,
                  const ApiTools& tools);
Step SubmitByJson(const Request& request, const Client& client,
                  const ApiTools& tools);

// What a submission is answered, once its intake is decided.
Response SubmissionAnswer(const Intake& intake, const FanOut* fan_out,
                          const Result<ChangeOutcome>& outcome);

}  // namespace smsweb
