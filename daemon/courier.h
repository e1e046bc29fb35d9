// Carries what is in the outbox to the receiver of webhooks, at least once.
//
// Durable is only the outbox: an item leaves it when the receiver has taken it,
// or for good reason never will. A spooler that dies between the receiver's
// answer and that has it told again, under the same webhook-id.
#pragma once

#include <poll.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
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

class Courier {
 public:
  // All but the key are kept by reference. `http` may be null: nobody is told.
  Courier(const InboxConfig& config, WebhookKey key, Store& store,
          HttpClient* http, const Clock& clock, Random& random,
          const Logger& log);

  // Hears answers, and sends off what is due. Never waits.
  void Turn(std::span<const pollfd> polled);
  // There may be something new in the outbox.
  void LookAgain() { look_at_ = clock_.Mono(); }
  void Quiesce() { quiescing_ = true; }

  std::vector<pollfd> PollFds() const;
  std::optional<MonoTime> Deadline() const;
  // Something is under way, or will be by then.
  bool BusyBefore(WallTime time) const;

 private:
  void Settle(const HttpAnswer& answer);
  bool Record(const OutboxItem& item, const WebhookVerdict& verdict);
  void SendDue();
  Result<void> Send(const OutboxItem& item);
  void LookAt(WallTime due);

  const InboxConfig& config_;
  const WebhookKey key_;
  Store& store_;
  HttpClient* const http_;
  const Clock& clock_;
  Random& random_;
  const Logger& log_;
  std::map<std::int64_t, OutboxItem> under_way_;
  std::optional<MonoTime> look_at_;
  std::optional<WallTime> next_due_;
  bool failing_ = false;  // the receiver, or our way to it: said once
  bool quiescing_ = false;
};

}  // namespace smsweb
