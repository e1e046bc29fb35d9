// The HTTP interface as functions from values to values.
//
// A request that only asks is answered at once. One that adds a message is
// answered in two steps, so that whoever calls may gather many messages into
// one commit in between:
//
//   Step step = api.Begin(request);
//   if it is a Response: send it
//   if it is a Submission: insert its intake, then send api.Finish(...)
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cgi/access.h"
#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/message/draft.h"
#include "common/number/recipient.h"
#include "common/store/store.h"
#include "common/window/sending_windows.h"

namespace smsweb {

struct Submission {
  Intake intake;
};

using Step = std::variant<Response, Submission>;

// Not to be used from two threads at once: each has its own.
class Api {
 public:
  // All are kept by reference. `reader` answers questions; it inserts nothing.
  Api(const Config& config, const Access& access, RecipientParser& recipients,
      SendingWindows& windows, Store& reader, const Clock& clock,
      Random& random)
      : config_(config),
        access_(access),
        recipients_(recipients),
        windows_(windows),
        reader_(reader),
        clock_(clock),
        random_(random) {}

  Step Begin(const Request& request);

  // `outcome`: how the insert ended.
  static Response Finish(const Intake& intake,
                         const Result<IntakeOutcome>& outcome);

 private:
  Step SubmitByForm(const Request& request);
  Step SubmitByJson(const Request& request);
  Response ShowMessage(const Request& request);
  std::optional<Response> CheckBody(const Request& request) const;

  struct Fields;
  Step Submit(Draft draft, const Fields& fields);

  const Config& config_;
  const Access& access_;
  RecipientParser& recipients_;
  SendingWindows& windows_;
  Store& reader_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace smsweb
