// The HTTP interface as functions from values to values.
//
// A request that only asks is answered at once. One that changes something is
// answered in two steps, so that whoever calls may gather many changes into one
// commit in between:
//
//   Step step = api.Begin(request);
//   if it is a Response: send it
//   if it is a Submission: apply its work, then send Finish(...)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "cgi/access.h"
#include "cgi/committer.h"
#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/config/config.h"
#include "common/number/recipient.h"
#include "common/secret/key_ring.h"
#include "common/store/store.h"
#include "common/verify/guard.h"
#include "common/verify/start.h"
#include "common/window/sending_windows.h"

namespace smsweb {

class BacklogWatch;
class ImportGate;

// How the work ended, as an answer. Called by whoever applies the work: it
// touches nothing that another thread may.
using Answer = std::function<Response(const Work& work,
                                      const Result<ChangeOutcome>& outcome)>;

struct Submission {
  Work work;
  Answer answer;
};

using Step = std::variant<Response, Submission>;

// What the guard finds. Safe from several threads.
using TellFinding = std::function<void(const GuardFinding& finding)>;

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
  NumberFacts& facts;
  BacklogWatch& backlog;
  std::shared_ptr<KeyRing> keys;  // none: there are no verifications
  TellFinding tell;
};

// Of a request by Api: who may not import, may not fill a disk either. It is
// asked of imports alone.
BodyPlan PlanBodyOf(const Request& head, const EndpointConfig& config,
                    const std::function<bool(const Request& head)>& may_import);

// Not to be used from two threads at once: each has its own.
class Api {
 public:
  explicit Api(ApiTools tools) : tools_(std::move(tools)) {}

  Step Begin(const Request& request);

 private:
  Step Answer(const Request& request);
  Step Route(const Request& request, const Client& client);
  Step Messages(const Request& request, const Client& client);
  Response OneMessage(const Request& request, const Client& client);
  std::optional<Response> CheckBody(const Request& request) const;

  const ApiTools tools_;
};

}  // namespace smsweb
