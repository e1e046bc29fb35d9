// smsweb secret: the keys under which codes are kept.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "common/secret/key_ring.h"
#include "ctl/commands.h"
#include "ctl/secret_file.h"
#include "ctl/who.h"

namespace smsweb::ctl {
namespace {

std::string FileOf(const SecretOptions& options, const SecretTools& tools) {
  return options.file.empty() ? tools.config.verify.secret_file : options.file;
}

std::string Keys(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "key" : "keys");
}

Report ReportOf(std::string_view what, const std::string& path,
                std::size_t count) {
  return {.text = fmt::format("{}: {}{}\n", path, what, Keys(count)),
          .json = {{"file", path}, {"keys", count}}};
}

void RecordIt(std::string_view act, const std::string& path,
              const SecretTools& tools, Report& report) {
  RecordAct(tools.record,
            {.at = tools.now,
             .who = tools.who,
             .act = fmt::format("secret.{}", act),
             .subject = path},
            report);
}

Outcome Init(const std::string& path, const SecretTools& tools) {
  const auto made = MakeSecretFile(path, MakeSecretLine(tools.random),
                                   OwnerForServices(tools.config.store.path));
  if (!made && made.error().kind == ErrorKind::kConflict) {
    return Fail(ExitCode::kRefused, "secret_exists",
                path +
                    ": it is there already, and stays as it is: \"smsweb "
                    "secret rotate\" puts a new key into it, \"smsweb "
                    "secret check\" looks at it");
  }
  if (!made) {
    return Fail(ExitCode::kUnavailable, "secret_unavailable",
                "it can't be made: " + made.error().message);
  }
  Report report = ReportOf("made, with ", path, 1);
  const std::string& configured = tools.config.verify.secret_file;
  if (configured != path) {
    AddNote(report, fmt::format("{} does not name it: write verify.secret_file "
                                "= \"{}\" there",
                                tools.config.file, path));
  }
  RecordIt("init", path, tools, report);
  return report;
}

Outcome Rotate(const std::string& path, const SecretTools& tools) {
  std::size_t count = 0;
  const auto changed = ChangeSecretFile(path, [&](SecretLines& lines) {
    lines.insert(lines.begin(), MakeSecretLine(tools.random));
    count = lines.size();
  });
  if (!changed) return FailSecret(path, changed.error());
  Report report =
      ReportOf("a new key is above the old ones; now ", path, count);
  AddNote(
      report,
      fmt::format("smsweb-cgi and smswebd find it by themselves; {} s later "
                  "no code needs the old ones any more, and \"smsweb "
                  "secret prune\" takes them out",
                  tools.config.verify.max_ttl.count()));
  RecordIt("rotate", path, tools, report);
  return report;
}

Outcome Prune(const SecretOptions& options, const std::string& path,
              const SecretTools& tools) {
  if (!options.yes) {
    return Fail(
        ExitCode::kRefused, "not_confirmed",
        fmt::format("{}: codes that were begun under older keys could no "
                    "longer be checked, and those that still wait not be sent. "
                    "Nothing was changed. {} s (verify.max_ttl) after \"smsweb "
                    "secret rotate\" there are none; then, or at once where a "
                    "key was stolen: \"smsweb secret prune --yes\"",
                    path, tools.config.verify.max_ttl.count()));
  }
  std::size_t gone = 0;
  const auto changed = ChangeSecretFile(path, [&](SecretLines& lines) {
    gone = lines.size() - 1;
    lines.resize(1);
  });
  if (!changed) return FailSecret(path, changed.error());
  Report report =
      ReportOf(fmt::format("{} taken out; now ", Keys(gone)), path, 1);
  report.json["removed"] = gone;
  if (gone > 0) {
    AddNote(report,
            "codes that were begun under older keys can no longer be checked");
  }
  RecordIt("prune", path, tools, report);
  return report;
}

// By the user for whom the services run: what counts is what they can read.
Outcome Check(const std::string& path, const SecretTools& tools) {
  if (auto done = BecomeOwner(tools.config.store.path); !done) {
    return FailStore(done.error());
  }
  const auto lines = ReadSecretFile(path);
  if (!lines) return FailSecret(path, lines.error());
  return ReportOf("ok, with ", path, lines->size());
}

}  // namespace

std::unexpected<Failure> FailVerificationsOff(const Config& config) {
  return Fail(ExitCode::kUsage, "verifications_off",
              fmt::format("{} has no verify.secret_file: name a file there, "
                          "outside of the queue's folder and its backups, and "
                          "\"smsweb secret init\" makes it",
                          config.file));
}

std::unexpected<Failure> FailSecret(const std::string& path,
                                    const Error& error) {
  if (error.kind == ErrorKind::kInvalid) {
    return Fail(ExitCode::kUsage, "bad_secret", error.message);
  }
  if (error.kind == ErrorKind::kConflict) {
    return Fail(ExitCode::kUnavailable, "secret_in_use", error.message);
  }
  std::error_code unknown;
  const auto status = std::filesystem::status(path, unknown);
  const bool missing = status.type() == std::filesystem::file_type::not_found;
  return Fail(ExitCode::kUnavailable, "secret_unavailable",
              missing ? error.message + " (\"smsweb secret init\" makes it)"
                      : fmt::format("{} (for {})", error.message,
                                    UserName(::geteuid())));
}

Outcome SecretCommand(const SecretOptions& options, const SecretTools& tools) {
  const std::string path = FileOf(options, tools);
  if (path.empty()) return FailVerificationsOff(tools.config);
  switch (options.action) {
    case SecretOptions::Action::kInit:
      return Init(path, tools);
    case SecretOptions::Action::kRotate:
      return Rotate(path, tools);
    case SecretOptions::Action::kPrune:
      return Prune(options, path, tools);
    case SecretOptions::Action::kCheck:
      return Check(path, tools);
  }
  return FailUsage("secret takes init, rotate, prune or check");
}

}  // namespace smsweb::ctl
