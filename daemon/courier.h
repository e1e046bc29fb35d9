// Carries what is in the outbox to the receivers of webhooks, at least once.
//
// Durable is only the outbox: an item leaves it when its receiver has taken it,
// or for good reason never will. A spooler that dies between the receiver's
// answer and that has it told again, under the same webhook-id.
//
// Receivers (the inbox's, and each origin that callbacks name) don't wait for
// each other: whatever others do, each may have one item under way. One that
// fails has one at a time, then with pauses that grow; those that don't, some
// more.
#pragma once

#include <poll.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/webhook_key.h"
#include "common/config/config.h"
#include "common/store/store.h"
#include "daemon/http_client.h"
#include "daemon/webhook.h"

namespace smsweb {

struct WebhookKeys {
  WebhookKey inbox;
  WebhookKey callback;
};

// Of a configuration with resolved secrets.
WebhookKeys KeysOf(const Config& config);

// Whether there is anybody to tell.
bool HasReceivers(const Config& config);

class Courier {
 public:
  // All but the keys are kept by reference. `http` may be null: nobody is told.
  Courier(const Config& config, WebhookKeys keys, Store& store,
          HttpClient* http, const Clock& clock, Random& random,
          const Logger& log);

  // Hears answers, and sends off what is due. Never waits.
  void Turn(std::span<const pollfd> polled);
  // There may be something new in the outbox.
  void LookAgain();
  void Quiesce() { quiescing_ = true; }

  std::vector<pollfd> PollFds() const;
  std::optional<MonoTime> Deadline() const;
  // Something is under way, or will be by then.
  bool BusyBefore(WallTime time) const;

 private:
  struct Receiver {
    int under_way = 0;
    int failures = 0;  // in a row
    MonoTime rests_until{};
  };

  void Settle(const OutboxItem& item, const HttpAnswer& answer);
  void Judge(const OutboxItem& item, const WebhookVerdict& verdict);
  bool RecordTries();
  void DropOld(const std::string& name, const Receiver& receiver);
  void SendDue();
  bool SendTo(const OutboxReceiver& due);
  int MostUnderWay(const Receiver& receiver) const;
  bool Send(const OutboxItem& item);
  Result<std::optional<HttpPost>> PostFor(const OutboxItem& item);
  void ForgetQuiet(const std::vector<OutboxReceiver>& due);
  void LookAt(WallTime due);
  void StoreFailed();

  const Config& config_;
  const WebhookKeys keys_;
  Store& store_;
  HttpClient* const http_;
  const Clock& clock_;
  Random& random_;
  const Logger& log_;
  std::map<std::string, Receiver> receivers_;
  // Until what became of it is on record: then it is no longer found due.
  std::map<std::int64_t, OutboxItem> under_way_;
  std::vector<OutboxTry> tries_;  // to be recorded
  MonoTime look_at_{};
  bool must_look_ = false;            // something may be due at once
  std::optional<WallTime> next_due_;  // of what was not, at the last look
  bool quiescing_ = false;
};

}  // namespace smsweb
