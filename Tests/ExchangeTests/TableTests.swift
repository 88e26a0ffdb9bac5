import Testing
import TraceFormat

@testable import Exchange

/// Whole tables of the sample trace.
@Suite struct TableTests {
  private func text(_ table: Table) throws -> String {
    let sink = MemorySink()
    _ = try TableExport(table).write(SampleTrace.source(), to: sink)
    #expect(sink.text.utf8.count { $0 == 13 } == sink.text.utf8.count { $0 == 10 })
    return String(sink.text.map { $0 == "\r\n" ? "\n" : $0 })
  }

  @Test func layers() throws {
    #expect(
      try text(.layers) == """
        layer,kind,parameters,calls,forward_us,backward_us,backward_over_forward,forward_flops,\
        backward_flops,gflops,saved_bytes,grad_norm_first,grad_norm_last,grad_norm_min,\
        grad_norm_max,fused_with,findings
        fc1,Linear,20,2,1.5,1.5,1.0,400,800,0.4,0,2.0,2.0,2.0,2.0,relu.1,missing_gradient
        relu.1,ReLU,0,2,,,,16,32,,64,1.0,3.0,1.0,3.0,fc1,
        loss,MSELoss,0,2,0.05,0.06,1.2,0,0,0.0,64,,,,,,non_finite

        """)
  }

  @Test func ops() throws {
    #expect(
      try text(.ops) == """
        node,layer,kind,phase,calls,total_us,mean_us,p50_us,p95_us,max_us,share,flops,gflops,\
        saved_bytes,fused_with
        fc1,fc1,Linear,forward,2,3.0,1.5,1.0,2.0,2.0,0.48231511254019294,400,0.26666666666666666,64,\
        relu.1
        fc1,fc1,Linear,backward,2,3.0,1.5,1.488,1.488,1.5,0.48231511254019294,800,0.5333333333333333,0,\
        relu.1
        loss,loss,MSELoss,forward,2,0.1,0.05,0.05,0.05,0.05,0.01607717041800643,0,0.0,0,
        loss,loss,MSELoss,backward,2,0.12,0.06,0.06,0.06,0.06,0.01929260450160772,0,0.0,0,

        """)
  }

  @Test func steps() throws {
    #expect(
      try text(.steps) == """
        step,time_s,loss,accuracy,learning_rate,step_us,data_us,forward_us,recompute_us,\
        backward_us,optimizer_us,peak_bytes,activation_bytes,grad_norm,clip_factor,samples_per_s
        0,1.5e-06,0.1,0.25,1e-05,4.0,0.25,1.1,0.0,1.6,0.5,368,64,2.5,0.4,1000000.0
        1,6e-06,inf,,0.3,0.0,,,,,,,,,,

        """)
  }

  @Test func gradients() throws {
    #expect(
      try text(.gradients) == """
        step,parameter,layer,grad_norm,weight_norm,update_norm,non_finite
        0,fc1.weight,fc1,2.5,0.1,0.001,0
        0,fc1.bias,fc1,,0.0,0.0,0
        1,fc1.weight,fc1,nan,,,

        """)
  }

  @Test func activations() throws {
    #expect(
      try text(.activations) == """
        step,node,layer,grad_rms,mean,std,min,max,zero_fraction,units,dead_units,\
        saturated_units,non_finite
        0,fc1,fc1,0.5,0.0,1.0,-2.0,2.0,0.0,4,0,0,0
        0,relu.1,relu.1,0.25,0.1,0.5,0.0,2.0,0.5,4,1,0,0
        1,relu.1,relu.1,0.75,,,,,,,,,

        """)
  }

  @Test func memory() throws {
    #expect(
      try text(.memory) == """
        step,time_us,node,phase,parameter,optimizer_state,input,temporary,activation,gradient,\
        total
        0,1.1,fc1,forward,80,160,16,0,64,0,320
        0,2.77,fc1,backward,80,160,16,32,0,80,368

        """)
  }

  @Test func time() throws {
    #expect(
      try text(.time) == """
        step,node,layer,t,grad_rms
        1,relu.1,relu.1,0,0.5
        1,relu.1,relu.1,1,-inf

        """)
  }

  @Test func events() throws {
    #expect(
      try text(.events) == """
        step,node,layer,phase,start_ns,duration_ns,saved_bytes
        0,fc1,fc1,forward,100,1000,64
        0,loss,loss,forward,1110,50,0
        0,loss,loss,backward,1180,60,0
        0,fc1,fc1,backward,1270,1500,0
        1,fc1,fc1,forward,100,2000,
        1,loss,loss,forward,2110,50,
        1,loss,loss,backward,2180,60,
        1,fc1,fc1,backward,2270,1500,

        """)
  }

  @Test func findings() throws {
    #expect(
      try text(.findings) == """
        rule,severity,layer,first_step,last_step,value,limit,message
        missing_gradient,error,fc1,0,0,,,"fc1.bias gets no gradient (its `.grad` stays None) and is \
        never trained: it is not connected to the loss: no path leads from it there. Use the layer's \
        output in what the loss is computed from, or freeze it on purpose (`requires_grad=False`)."
        non_finite,error,loss,1,1,inf,0.0,"the loss is inf in step 1, and nothing measured in the step \
        comes before it: from here the update spreads it to all weights. Check the data for NaN, lower \
        the learning rate, clip gradients; record all columns (`--norms-every 1`) to see which output \
        it comes from."

        """)
  }
}
