// The HTTP interface as functions from values to values.
//
// A request that only asks is answered at once. One that adds a message is
// answered in two steps, so that whoever calls may gather many messages into
// one commit in between:
//
//   Step step = api.Begin(request);
//   if it is a Response: send it
//   if it is a Submission: insert its intake, then send Api::Finish(...)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "cgi/access.h"
#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/number/recipient.h"
#include "common/store/store.h"
#include "common/window/sending_windows.h"

namespace smsweb {

struct FanOut;
class ImportGate;

struct Submission {
  Intake intake;
  std::shared_ptr<const FanOut> fan_out;  // none: one recipient
};

using Step = std::variant<Response, Submission>;

struct ApiTools {
  const Config& config;
  const Access& access;
  RecipientParser& recipients;
  SendingWindows& windows;
  Store& store;  // answers questions, cancels, and takes imports
  const Clock& clock;
  Random& random;
  std::function<void()> ring;  // the queue has changed by other than Finish()
  ImportGate& imports;
};

// Of a request by Api: who may not call, may not fill a disk either.
BodyPlan PlanBodyOf(const Request& head, const EndpointConfig& config,
                    const Access& access);

// Not to be used from two threads at once: each has its own.
class Api {
 public:
  explicit Api(ApiTools tools) : tools_(std::move(tools)) {}

  Step Begin(const Request& request);

  // Of a submission; `outcome`: how the insert ended.
  static Response Finish(const Intake& intake, const FanOut* fan_out,
                         const Result<IntakeOutcome>& outcome);

 private:
  Step Messages(const Request& request, const Client& client);
  Response OneMessage(const Request& request);
  std::optional<Response> CheckBody(const Request& request) const;

  const ApiTools tools_;
};

}  // namespace smsweb
