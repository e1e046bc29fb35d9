// A few minutes of a queue's life on a faulty disk, in virtual time: callers
// add messages, the real spooler sends them through two simulated modems, one
// is refused and tried again, one expires, an answer is lost, reports come, and
// so does a message. Then, whatever has happened to the disk, that
//   - each message whose caller was told that it is taken is there, and has
//     ended as it does on a disk without faults; or it is `unknown`, if there
//     was an intent without a result on the disk when the power was cut, or its
//     answer was lost; and then it is `unknown` (an OTP is sent again);
//   - the air has carried each part of what is sent, none of what is not, and
//     none twice, but of an OTP whose outcome was unknown;
//   - what the spooler was told is on the disk has stayed so;
//   - what came is in the inbox, once, and no longer on the SIM;
//   - SQLite finds nothing wrong with the file.
//
// A caller that is told to come again (kUnavailable), or that hears nothing
// since the machine has died, repeats its request a second later, as a new one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/store/store.h"
#include "fault_vfs/fault_vfs.h"
#include "faults/world.h"

namespace smsweb::faults {

class Trial {
 public:
  // A power cut, at a sync counted from the one before (or from the start).
  struct Cut {
    std::uint64_t sync = 1;
    FaultDisk::Moment moment = FaultDisk::Moment::kBefore;
    // Of a cut behind a sync: the machine runs on until it next needs the disk.
    // A PDU may leave meanwhile, and a caller be told.
    bool runs_on = false;
    // What survives of what was not synced (FaultDisk::Restore()).
    std::optional<std::uint32_t> survivors{};
  };

  explicit Trial(FaultDisk& disk, std::vector<Cut> cuts = {});
  ~Trial();

  // Called twice in each virtual second.
  std::function<void(Millis since_start)> meanwhile = [](Millis) {};

  // Until all has settled. What is wrong, an entry a complaint.
  std::vector<std::string> Play();

  const std::string& path() const { return path_; }
  int lives() const { return lives_; }         // of the machine
  int told_to_wait() const { return waits_; }  // requests answered with 503
  // Messages that a power cut has left with an intent and no result.
  std::size_t left_in_doubt() const { return in_doubt_.size(); }
  int leases_without_sync() const { return leases_without_sync_; }
  std::string Trace() const;

 private:
  struct Kind;
  struct Request;
  struct Sent;
  class MortalStore;
  static const std::vector<Request>& Requests();

  Result<std::unique_ptr<Store>> Open(const std::string& path);
  void PowerUp();
  bool RunsOn() const;  // the cut that is next, or was last
  void LookAtImage();
  Store* Endpoint();
  void Call(Request& request);
  std::vector<NewMessage> Make(const Request& request);
  bool Settled();
  int LeftOnSims() const;

  void Check();
  void CheckMessage(const Sent& sent);
  void CheckState(const Sent& sent, const Message& message);
  void CheckAir(const Sent& sent, const Message* message);
  void CheckPromises();
  void CheckReceived();
  void CheckFile();
  void Complain(std::string what) { complaints_.push_back(std::move(what)); }

  FaultDisk& disk_;
  const std::vector<Cut> cuts_;
  std::size_t next_cut_ = 0;
  std::string path_;
  int lives_ = 0;
  int waits_ = 0;
  int leases_without_sync_ = 0;
  int made_ = 0;
  std::vector<Request> open_requests_;
  std::vector<Sent> sent_;
  // By message: how often it was found with an intent and no result.
  std::map<std::int64_t, int> in_doubt_;
  // What the store has said is on the disk.
  std::set<std::pair<std::int64_t, int>> accepted_;  // message, part
  std::map<std::int64_t, MessageState> ended_;
  std::vector<std::string> complaints_;
  std::unique_ptr<Store> endpoint_;
  std::unique_ptr<World> world_;
};

}  // namespace smsweb::faults
