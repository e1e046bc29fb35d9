// A set-up that runs: its programs, from the modem to the web server.
#pragma once

#include "bench/setup/kinds.h"
#include "bench/setup/setup.h"
#include "bench/setup/stage.h"

namespace smsweb::bench {

class RunningSetup final : public Setup {
 public:
  // Start() comes first. `kind` is one of SetupKinds(), `options` are good for
  // it.
  RunningSetup(const SetupKind& kind, const SetupOptions& options,
               std::uint16_t port, Stage stage);

  // Everything, each program when the one before it is ready.
  Result<void> Start();

  const SetupKind& kind() const override { return kind_; }
  std::uint16_t port() const override { return port_; }
  std::vector<SampleGroup> groups() const override { return stage_.groups(); }
  const std::filesystem::path& folder() const override {
    return stage_.layout().folder;
  }
  std::filesystem::path phone() const override;
  std::vector<std::pair<std::string, std::filesystem::path>> logs()
      const override;
  std::map<std::string, std::string> versions() const override {
    return versions_;
  }
  std::map<std::string, std::int64_t> sizes() const override { return sizes_; }
  Result<QueueCount> CountQueue() override;
  std::vector<std::string> commands() const override {
    return stage_.commands();
  }
  Result<void> CheckAlive() override { return stage_.CheckAlive(); }

 private:
  bool IsPaper() const { return parts_.server == ServerKind::kPaper; }
  bool HasSimulator() const;
  Result<void> Furnish();
  Result<void> StartSimulator();
  Result<void> StartSpooler();
  Result<void> StartEndpoints();
  Result<void> StartEndpoint(int number);
  Result<void> StartWebServer();
  bool Answers() const;
  Command WithDescriptors(Command command) const;
  Command SmswebCommand(const std::string& program) const;

  const SetupKind& kind_;
  const SetupParts& parts_;
  const SetupOptions options_;
  const std::uint16_t port_;
  const std::uint64_t descriptors_;  // of web server and smsweb-cgi
  Stage stage_;
  std::map<std::string, std::int64_t> sizes_;
  std::map<std::string, std::string> versions_;
};

}  // namespace smsweb::bench
