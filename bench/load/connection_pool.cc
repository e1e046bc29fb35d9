#include "bench/load/connection_pool.h"

#include <arpa/inet.h>

namespace smsweb::bench {
namespace {

constexpr std::size_t kBufferSize = 65'536;
constexpr std::uint32_t kFirstSource = 0x7F000001;  // 127.0.0.1

}  // namespace

in_addr_t Sources::Next() {
  if (count_ == 1) return INADDR_ANY;
  const std::uint32_t source = kFirstSource + next_;
  next_ = (next_ + 1) % count_;
  return htonl(source);
}

ConnectionPool::ConnectionPool(std::uint32_t size, const Route& route,
                               Sources sources, Poller& poller,
                               LoadState& state)
    : connections_(size),
      route_(route),
      sources_(sources),
      poller_(poller),
      state_(state),
      buffer_(kBufferSize) {}

template <typename Call>
ConnectionPool::Step ConnectionPool::Do(std::uint32_t slot, const Call& call) {
  Connection& connection = connections_[slot].connection;
  const bool was_established = connection.established();
  const Step step = call(connection);
  if (connection.established() && !was_established) state_.connected.Up();
  return step;
}

ConnectionPool::Step ConnectionPool::Connect(std::uint32_t slot) {
  route_.source = sources_.Next();
  Connection& connection = connections_[slot].connection;
  const Step step = connection.Connect(route_);
  if (connection.fd() >= 0) state_.open.Up();
  return step;
}

ConnectionPool::Step ConnectionPool::FinishConnecting(std::uint32_t slot) {
  return Do(slot, [](Connection& connection) {
    return connection.FinishConnecting();
  });
}

ConnectionPool::Step ConnectionPool::Send(std::uint32_t slot,
                                          std::string_view request,
                                          bool to_head) {
  return Do(slot, [&](Connection& connection) {
    return connection.Send(request, to_head, traffic_);
  });
}

ConnectionPool::Step ConnectionPool::Receive(std::uint32_t slot) {
  return connections_[slot].connection.Receive(buffer_, traffic_);
}

void ConnectionPool::Close(std::uint32_t slot) {
  Connection& connection = connections_[slot].connection;
  if (connection.established()) state_.connected.Down();
  if (connection.fd() >= 0) state_.open.Down();
  connection.Close();
  connections_[slot].events = 0;  // epoll forgets what is closed
}

bool ConnectionPool::Watch(std::uint32_t slot) {
  auto& [connection, events] = connections_[slot];
  const std::uint32_t wanted = connection.wanted();
  if (wanted == events) return true;
  if (events == 0 && !poller_.Add(connection.fd(), slot, wanted)) return false;
  if (events != 0) poller_.Change(connection.fd(), slot, wanted);
  events = wanted;
  return true;
}

}  // namespace smsweb::bench
