#include "ctl/run.h"

#include <poll.h>

#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/line/line.h"
#include "common/line/ports.h"
#include "common/profile/profile.h"
#include "common/secret/key_ring.h"
#include "common/verify/code_text.h"
#include "ctl/commands.h"
#include "ctl/input_file.h"
#include "ctl/modem_probe.h"
#include "ctl/queue_access.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

constexpr std::size_t kLongestInput = 1 << 20;

void WaitForLine(int fd, short events, Millis limit) {
  pollfd poll_fd{.fd = fd, .events = events, .revents = 0};
  ::poll(&poll_fd, 1, static_cast<int>(limit.count()));
}

std::unexpected<Failure> FailInput(std::string_view why) {
  return Fail(ExitCode::kRefused, "unreadable_text",
              "the text on standard input can't be used: " + std::string(why),
              Json{{"field", "text"}});
}

// A text of "-" is all of standard input, without its last line break.
std::expected<void, Failure> TakeInput(std::string& text,
                                       const Surroundings& surroundings) {
  if (text != "-") return {};
  auto input = surroundings.read_input();
  if (!input) return FailInput(input.error().message);
  if (input->size() > kLongestInput) return FailInput("it is too long");
  if (input->ends_with('\n')) input->pop_back();
  text = std::move(*input);
  return {};
}

auto ReaderOf(InputFile& file) {
  return [&file](char* buffer,
                 std::size_t size) -> std::expected<std::size_t, FieldFault> {
    const auto got = file.Read(buffer, size);
    if (got) return *got;
    return std::unexpected(
        FieldFault{"unreadable_file", "", got.error().message});
  };
}

// Commands that need no configuration.
std::optional<Outcome> RunWithoutConfig(const Command& command,
                                        const Surroundings& surroundings) {
  if (const auto* decode = std::get_if<PduDecodeOptions>(&command)) {
    PduDecodeOptions options = *decode;
    const auto read = TakeInput(options.hex, surroundings);
    return read ? DecodePdu(options) : std::unexpected(read.error());
  }
  if (const auto* encode = std::get_if<PduEncodeOptions>(&command)) {
    PduEncodeOptions options = *encode;
    const auto read = TakeInput(options.text, surroundings);
    return read ? EncodePdu(std::move(options)) : std::unexpected(read.error());
  }
  return std::nullopt;
}

class Runner {
 public:
  Runner(Config config, const Surroundings& surroundings)
      : config_(std::move(config)), surroundings_(surroundings) {}

  Outcome operator()(SendOptions options) const {
    if (const auto read = TakeInput(options.text, surroundings_); !read) {
      return std::unexpected(read.error());
    }
    auto stores = OpenQueue(config_, IfMissing::kMake);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    SendingWindows windows(config_);
    return Send(std::move(options),
                {.config = config_,
                 .store = *stores->queue,
                 .recipients = recipients,
                 .windows = windows,
                 .now = surroundings_.clock.Wall(),
                 .random = surroundings_.random,
                 .wake = [this] { return WakeSpooler(config_); }});
  }

  // The file is opened first: root reads it as root.
  Outcome operator()(const SendFileOptions& options) const {
    auto file = InputFile::Open(options.file);
    if (!file) {
      return Fail(ExitCode::kRefused, "unreadable_file", file.error().message);
    }
    auto stores = OpenQueue(config_, IfMissing::kMake);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    SendingWindows windows(config_);
    return SendFile(options, {.config = config_,
                              .store = *stores->queue,
                              .recipients = recipients,
                              .windows = windows,
                              .clock = surroundings_.clock,
                              .random = surroundings_.random,
                              .wake = [this] { return WakeSpooler(config_); },
                              .read = ReaderOf(*file),
                              .size = file->size(),
                              .status = surroundings_.status});
  }

  Outcome operator()(const CancelOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return Cancel(options, {.store = *stores->queue,
                            .now = surroundings_.clock.Wall(),
                            .wake = [this] { return WakeSpooler(config_); }});
  }

  Outcome operator()(const BatchOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return ShowBatch(options, *stores->queue);
  }

  Outcome operator()(const ShowOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return Show(options, *stores->queue);
  }

  Outcome operator()(const QueueOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    return ShowQueue(options, *stores->queue, recipients, surroundings_.width);
  }

  Outcome operator()(const InboxOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    return ShowInbox(options, *stores->queue, recipients, surroundings_.width);
  }

  // A list may be made before there is anything to send.
  Outcome operator()(const OptOutOptions& options) const {
    const bool adds = options.action == OptOutOptions::Action::kAdd;
    auto stores =
        OpenQueue(config_, adds ? IfMissing::kMake : IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    return OptOutCommand(options, {.store = *stores->queue,
                                   .recipients = recipients,
                                   .now = surroundings_.clock.Wall(),
                                   .who = surroundings_.who,
                                   .width = surroundings_.width});
  }

  Outcome operator()(const DbOptions& options) const {
    const WallTime now = surroundings_.clock.Wall();
    auto outcome = DbCommand(
        options,
        {.config = config_, .now = now, .progress = surroundings_.progress});
    if (outcome && options.action == DbOptions::Action::kRestore) {
      RecordAct([this](const AuditEntry& entry) { return Record(entry); },
                {.at = now,
                 .who = surroundings_.who,
                 .act = "db.restore",
                 .subject = options.file},
                *outcome);
    }
    return outcome;
  }

  Outcome operator()(const SecretOptions& options) const {
    return SecretCommand(options, {.config = config_,
                                   .now = surroundings_.clock.Wall(),
                                   .who = surroundings_.who,
                                   .random = surroundings_.random,
                                   .record = [this](const AuditEntry& entry) {
                                     return Record(entry);
                                   }});
  }

  // Keys may be made before there is anything to send.
  Outcome operator()(const KeyOptions& options) const {
    const bool adds = options.action == KeyOptions::Action::kAdd;
    auto stores =
        OpenQueue(config_, adds ? IfMissing::kMake : IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return KeyCommand(options, {.store = *stores->queue,
                                .now = surroundings_.clock.Wall(),
                                .who = surroundings_.who,
                                .random = surroundings_.random,
                                .width = surroundings_.width});
  }

  Outcome operator()(const GuardOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return GuardCommand(options, {.config = config_,
                                  .store = *stores->queue,
                                  .now = surroundings_.clock.Wall(),
                                  .who = surroundings_.who,
                                  .width = surroundings_.width});
  }

  Outcome operator()(const AuditOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return FailStore(stores.error());
    return ShowAudit(options, *stores->queue, surroundings_.width);
  }

  Outcome operator()(const VerifyStartOptions& options) const {
    return Verify(IfMissing::kMake, [&](const VerifyCommandTools& tools) {
      return StartVerification(options, tools);
    });
  }

  // Nobody is asked for a code that could not be checked.
  Outcome operator()(VerifyCheckOptions options) const {
    return Verify(IfMissing::kRefuse, [&](VerifyCommandTools tools) -> Outcome {
      auto code = surroundings_.read_line("Code: ");
      if (!code) {
        return Fail(ExitCode::kRefused, "unreadable_code",
                    "the code can't be read: " + code.error().message,
                    Json{{"field", "code"}});
      }
      options.code = std::move(*code);
      tools.now = surroundings_.clock.Wall();  // who types takes a while
      return CheckVerification(options, tools);
    });
  }

  Outcome operator()(const VerifyShowOptions& options) const {
    return Verify(IfMissing::kRefuse, [&](const VerifyCommandTools& tools) {
      return ShowVerification(options, tools);
    });
  }

  Outcome operator()(const VerifyCancelOptions& options) const {
    return Verify(IfMissing::kRefuse, [&](const VerifyCommandTools& tools) {
      return CancelVerification(options, tools);
    });
  }

  Outcome operator()(const ModemListOptions&) const {
    const auto zones = LimitZones::Find(config_, LoadTimeZones);
    if (!zones) {
      return std::unexpected(Misconfigured(config_.file, zones.error()));
    }
    const auto known = LookAtModems(*zones);
    if (!known) return FailStore(known.error());
    return ListModems(config_, known->recorded, known->limits,
                      known->spooler_runs, surroundings_.width);
  }

  Outcome operator()(const ModemShowOptions& options) const {
    const auto zones = LimitZones::Find(config_, LoadTimeZones);
    if (!zones) {
      return std::unexpected(Misconfigured(config_.file, zones.error()));
    }
    const auto known = LookAtModems(*zones);
    if (!known) return FailStore(known.error());
    return ShowModem(options.name, config_, known->recorded, known->limits,
                     known->spooler_runs);
  }

  Outcome operator()(const ModemUssdOptions& options) const {
    auto stores = OpenQueue(config_, IfMissing::kMake);
    if (!stores) return FailStore(stores.error());
    return AskByUssd(options, {.config = config_,
                               .store = *stores->queue,
                               .now = surroundings_.clock.Wall(),
                               .wake = [this] { return WakeSpooler(config_); },
                               .pause = surroundings_.pause});
  }

  // Those of RunWithoutConfig().
  Outcome operator()(const PduDecodeOptions& options) const {
    return DecodePdu(options);
  }
  Outcome operator()(const PduEncodeOptions& options) const {
    return EncodePdu(options);
  }

  Outcome operator()(const ConfigCheckOptions&) const {
    if (const auto profiles = LoadProfiles(config_); !profiles) {
      return CheckConfig(config_.file, std::unexpected(profiles.error()));
    }
    if (const auto windows = SendingWindows(config_).Prepare(); !windows) {
      return CheckConfig(config_.file, std::unexpected(windows.error()));
    }
    if (const auto zones = LimitZones::Find(config_, LoadTimeZones); !zones) {
      return CheckConfig(config_.file, std::unexpected(zones.error()));
    }
    if (const auto templates = CheckTemplates(config_); !templates) {
      return CheckConfig(config_.file, std::unexpected(templates.error()));
    }
    return CheckConfig(config_.file, config_);
  }

  Outcome operator()(const ModemProbeOptions& options) const {
    const auto profiles = LoadProfiles(config_.spooler.profiles);
    if (!profiles) {
      return std::unexpected(Misconfigured(config_.file, profiles.error()));
    }
    return ProbeModem(options, {.open = OpenLine,
                                .list = ListUsbPorts,
                                .clock = surroundings_.clock,
                                .wait = WaitForLine,
                                .progress = surroundings_.progress,
                                .by_id = ByIdOf,
                                .profiles = **profiles});
  }

 private:
  struct ModemsKnown {
    std::vector<ModemStatus> recorded;
    ModemLimits limits;
    bool spooler_runs = false;
  };

  // Before the first message there is no queue, and no audit log.
  Result<void> Record(const AuditEntry& entry) const {
    if (!QueueExists(config_)) return {};
    auto stores = OpenQueue(config_, IfMissing::kRefuse);
    if (!stores) return std::unexpected(stores.error());
    return stores->queue->Record(entry);
  }

  // The secret is read as the services would: by the queue's owner.
  Outcome Verify(
      IfMissing if_missing,
      const std::function<Outcome(const VerifyCommandTools&)>& act) const {
    if (!config_.verify.On()) return FailVerificationsOff(config_);
    if (auto done = BecomeOwner(config_.store.path); !done) {
      return FailStore(done.error());
    }
    const std::string& secret = config_.verify.secret_file;
    auto keys = KeyRing::Load(secret);
    if (!keys) return FailSecret(secret, keys.error());
    auto stores = OpenQueue(config_, if_missing);
    if (!stores) return FailStore(stores.error());
    RecipientParser recipients = MakeRecipientParser(config_.message);
    SendingWindows windows(config_);
    NumberFacts facts;
    return act({.config = config_,
                .store = *stores->queue,
                .recipients = recipients,
                .windows = windows,
                .facts = facts,
                .keys = std::move(*keys),
                .now = surroundings_.clock.Wall(),
                .random = surroundings_.random,
                .wake = [this] { return WakeSpooler(config_); },
                .who = surroundings_.who});
  }

  // Before the first message there is no queue, and the modems are configured
  // all the same.
  Result<ModemsKnown> LookAtModems(const LimitZones& zones) const {
    ModemsKnown known;
    std::vector<SimUsage> used;
    if (QueueExists(config_)) {
      auto stores = OpenQueue(config_, IfMissing::kRefuse);
      if (!stores) return std::unexpected(stores.error());
      auto recorded = stores->queue->Modems();
      if (!recorded) return std::unexpected(recorded.error());
      auto usage = stores->queue->Usage();
      if (!usage) return std::unexpected(usage.error());
      known.recorded = std::move(*recorded);
      used = std::move(*usage);
    }
    known.limits = LimitsOfModems(config_, known.recorded, used, zones,
                                  surroundings_.clock.Wall());
    const auto runs = SpoolerRuns(config_);
    if (!runs) return std::unexpected(runs.error());
    known.spooler_runs = *runs;
    return known;
  }

  const Config config_;
  const Surroundings& surroundings_;
};

// Several lines, as a configuration's errors, stand as they are.
std::string ForPeople(std::string_view message) {
  const bool one_line = message.find('\n') == std::string_view::npos;
  return (one_line ? "smsweb: " : "") + std::string(message) + "\n";
}

Output RenderFailure(const Failure& failure, bool json) {
  if (!json) return {.err = ForPeople(failure.message), .exit = failure.exit};
  Json error = {{"code", failure.code}, {"message", failure.message}};
  error.update(failure.details);
  error["exit_code"] = static_cast<int>(failure.exit);
  return {.err = JsonText(Json{{"error", error}}), .exit = failure.exit};
}

}  // namespace

Outcome RunCommand(const Options& options, const Surroundings& surroundings) {
  if (auto outcome = RunWithoutConfig(options.command, surroundings)) {
    return std::move(*outcome);
  }
  const std::string file =
      FindConfigFile(options.config, surroundings.environment);
  auto config = LoadConfig(file, surroundings.environment);
  // There is seldom one before the first modem is probed.
  const bool can_do_without =
      options.config.empty() &&
      std::holds_alternative<ModemProbeOptions>(options.command);
  if (!config && can_do_without) config = Config{};
  if (!config) return std::unexpected(Misconfigured(file, config.error()));
  Surroundings mine = surroundings;
  if (options.json) mine.progress = mine.status = [](std::string_view) {};
  return std::visit(Runner(std::move(*config), mine), options.command);
}

Output Render(const Outcome& outcome, bool json) {
  if (!outcome) return RenderFailure(outcome.error(), json);
  if (json) return {.out = JsonText(outcome->json), .exit = outcome->exit};
  Output output{.out = outcome->text, .exit = outcome->exit};
  std::istringstream notes(outcome->note);
  for (std::string note; std::getline(notes, note);) {
    output.err += "smsweb: note: " + note + "\n";
  }
  return output;
}

Output Render(const NoCommand& no_command) {
  if (no_command.failure) {
    return RenderFailure(*no_command.failure, no_command.json);
  }
  return {.out = no_command.print};
}

}  // namespace smsweb::ctl
