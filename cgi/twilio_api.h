// Verifications as programs ask for them that were written for Twilio Verify
// (v2): /v2/Services/{sid}/Verifications, .../Verifications/{sid} and
// .../VerificationCheck, with form bodies, and errors in their form. The
// service in the path may be any; basic authentication has an API key as its
// password.
#pragma once

#include <string_view>

#include "cgi/api.h"

namespace smsweb {

bool IsTwilioPath(std::string_view path);

Step TwilioVerifications(const Request& request, const Client& client,
                         const ApiTools& tools);

// A problem (RFC 9457) in their form; any other answer stays.
Response AsTwilio(Response response);
Step AsTwilio(Step step);

}  // namespace smsweb
